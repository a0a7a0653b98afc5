import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepInvite, leftInvite } from "../../../helper/session/kept-invite.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

const hour = 3_600_000;
const invite = { secret: Buffer.from("sixteen bytes ok"), port: 4711, access: "read-write" } as const;

let base: string;
let file: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-invite-"));
  file = join(base, "invites", "w");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it("is what a session left that did not end, for its owner's eyes, and not for another access", () => {
  void keepInvite(file, invite, fakeTimers());
  expect(leftInvite(file, "read-write", Date.now())).toEqual(invite);
  expect(leftInvite(file, "read-only", Date.now())).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("is nothing after an end, nor where nobody shared", () => {
  void keepInvite(file, invite, fakeTimers()).dispose();
  expect(leftInvite(file, "read-write", Date.now())).toBeUndefined();
  expect(readdirSync(join(base, "invites"))).toEqual([]);
});

it("grows old twelve hours after its session was last alive", () => {
  const timers = fakeTimers();
  const kept = keepInvite(file, invite, timers);
  const old = new Date(Date.now() - 13 * hour);
  utimesSync(file, old, old);
  expect(leftInvite(file, "read-write", Date.now())).toBeUndefined();
  timers.advance(hour);
  expect(leftInvite(file, "read-write", Date.now())).toEqual(invite);
  rmSync(file);
  timers.advance(hour);
  void kept.dispose();
});

it.each(["", "{", "null", '{"secret":"00","port":1,"access":"read-write"}', '{"secret":1}'])(
  "is nothing where the file holds %o",
  (text) => {
    void keepInvite(file, invite, fakeTimers());
    writeFileSync(file, text);
    expect(leftInvite(file, "read-write", Date.now())).toBeUndefined();
  },
);
