/** DESIGN's fifth principle at the end of a session: what was written is at the host, or in the recovery store. */
import { readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type TestSession, testSession } from "../harness/test-session.ts";

async function pair(delayMs: number): Promise<TestSession> {
  const delay = { ms: delayMs, jitter: 0 };
  return await testSession({ proxy: { seed: 1, toHost: delay, toGuest: delay } });
}

test("what a guest wrote in the moment before it leaves over a slow link is at the host", async () => {
  const { session, guest } = await pair(50);
  const bytes = randomBytes(200_000);
  const names = Array.from({ length: 100 }, (_, i) => `file-${i}`);
  for (const name of names) writeFileSync(join(guest.root, name), bytes);
  await guest.helper.stop();
  for (const name of names) expect(readFileSync(join(session.host.root, name)).equals(bytes), name).toBe(true);
});

test("what a guest wrote after its host had died is kept when it leaves", async () => {
  const { session, guest } = await pair(0);
  process.kill(session.host.helper.pid, "SIGKILL");
  writeFileSync(join(guest.root, "draft"), "an hour of work");
  await guest.helper.stop();
  const kept = guest.helper.events.filter(({ event }) => event === "recovered");
  expect(kept).toEqual([expect.objectContaining({ path: "draft", reason: "unsent" })]);
});
