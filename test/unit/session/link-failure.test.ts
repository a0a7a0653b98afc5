import { expect, test } from "vitest";
import { linkError } from "../../../helper/peer/errors.ts";
import { sessionErrorOf } from "../../../helper/session/link-failure.ts";

test.each([
  ["declined", "", "declined", "The host declined."],
  ["declined", "not today", "declined", "The host declined. (not today)"],
  ["invite-malformed", "", "bad-invite", "This is not a Pairmount invite."],
  ["unreachable", "refused", "unreachable", "The host cannot be reached at any address in the invite. (refused)"],
] as const)("a failed join says why once: %s", (code, detail, as, text) => {
  expect(sessionErrorOf(linkError(code, detail))).toMatchObject({ code: as, message: text, detail: text });
});
