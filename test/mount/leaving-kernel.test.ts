/** DESIGN's fifth principle at the end of a session: what was written is at the host, or in the recovery store. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { type TestSession, testSession } from "../harness/test-session.ts";

const settles = { timeout: 20_000, interval: 50 };

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

test("R-UNSENT: what a guest wrote while its host did not answer is recovered when it joins again, though it was killed", async () => {
  const { session, guest } = await pair(0);
  guest.proxy?.stall("toHost");
  writeFileSync(join(guest.root, "draft"), "an hour of work");
  const store = join(dirname(guest.root), "guest-0/state/pairmount/recovered");
  const kept = (): readonly string[] => readdirSync(store, { recursive: true, encoding: "utf8" });
  await vi.waitFor(() => expect(kept()).toContainEqual(expect.stringMatching(/unsent.*index$/)), settles);
  process.kill(guest.helper.pid, "SIGKILL");
  await guest.helper.stop();
  guest.proxy?.cut();
  guest.proxy?.resume("toHost");
  const again = await session.rejoin(0);
  const recovered = (): readonly object[] => again.events.filter(({ event }) => event === "recovered");
  await vi.waitFor(() => expect(recovered()).toHaveLength(1), settles);
  expect(recovered()).toEqual([expect.objectContaining({ path: "draft", reason: "unsent" })]);
  const [content = ""] = kept().filter((path) => path.endsWith("content/1"));
  expect(readFileSync(join(store, content), "utf8")).toBe("an hour of work");
  expect(kept()).not.toContainEqual(expect.stringMatching(/unsent./));
});
