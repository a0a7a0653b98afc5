import { expect, test } from "vitest";
import { statusText } from "../../../helper/cli/status-text.ts";
import { statusOfFake } from "./fake-session.ts";

test("a status says what is on its way out and in, and how far each transfer is; a name draws nothing", () => {
  const text = statusText({
    ...statusOfFake,
    role: "guest",
    state: "pending",
    pending: { operations: 14, bytes: 52_000 },
    incoming: { operations: 3, bytes: 900 },
    transfers: [
      { what: "fetch", path: "a\u001b[2J.bin", peer: "ada", done: 1_000_000, total: 8_000_000 },
      { what: "snapshot", path: null, peer: "cleo", done: 3, total: 4 },
    ],
  });
  expect(text).toContain("(joined, pending: 14 operations, 52 KB out; 3 operations, 900 B in)");
  expect(text).toMatch(/transfers +a\S*\.bin from ada, 1\.0 MB of 8\.0 MB\n +the tree to cleo, 3 B of 4 B\n/);
  expect(text).not.toContain("\u001b");
});

test("a status in sync says no more of it", () => {
  expect(statusText(statusOfFake)).toContain("(shared, in sync)");
  expect(statusText(statusOfFake)).not.toContain("transfers");
});
