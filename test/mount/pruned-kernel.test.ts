/** Row 29: the host tidies `.git/objects` all the time while a guest, some way off, makes objects in it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startProbe } from "../harness/fs-probe/probe.ts";
import { git, makeRepository, mustGit } from "../harness/git.ts";
import type { LaneDelay } from "../harness/lane.ts";
import type { Ran } from "../harness/run.ts";
import { type TestSession, testSession } from "../harness/test-session.ts";
import { eventually } from "../suites/coherence/peers.ts";
import { explain } from "../suites/duel/refusals.ts";

const commits = 60;

/** One git command of the guest that releases a lock. */
interface Call {
  readonly start: number;
  readonly end: number;
  readonly ran: Ran;
}

/** When the host refused something that the guest had been told is done: moot refusals do not raise the count (R-STOP). */
function toldRefusals(file: string): { readonly time: number; readonly line: string }[] {
  let counted = 0;
  const found: { time: number; line: string }[] = [];
  for (const line of existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []) {
    const [, time, count] = /^(\d+) .* (\d+) counted$/.exec(line) ?? [];
    if (time === undefined) throw new Error(`not a refusal: ${line}`);
    if (Number(count) > counted) found.push({ time: Number(time), line });
    counted = Number(count);
  }
  return found;
}

/** A repository of one commit, at a host and at a guest that is so far away. */
async function repositoryAfar(seed: number, delay: LaneDelay): Promise<TestSession> {
  const session = await testSession({ proxy: { seed, toHost: delay, toGuest: delay } });
  await makeRepository(session.host);
  await eventually(() => mustGit(session.guest, ["rev-parse", "HEAD"]), 20_000);
  return session;
}

test("row 29: a guest's commits beside prune-packed, gc and rmdir of empty objects/xx in a loop at the host: none is lost, and git says what failed", async () => {
  const trace = mkdtempSync(join(tmpdir(), "pairmount-refusals-"));
  const refusals = join(trace, "refusals");
  onTestFinished(() => rmSync(trace, { recursive: true, force: true }));
  vi.stubEnv("PAIRMOUNT_TEST_REFUSALS", refusals);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { host, guest } = await repositoryAfar(29, { ms: 4, jitter: 4 });

  const removing = startProbe(
    `
    import random, threading
    stop = []; threading.Thread(target=lambda: (hear(), stop.append(1)), daemon=True).start(); R = 0
    while not stop:
        for name in os.listdir(A[0]):
            if len(name) == 2 and attempt(os.rmdir, A[0] + "/" + name) == "ok": R += 1
        time.sleep(random.random() * 0.03)`,
    [join(host.root, ".git", "objects")],
    { timeoutMs: 300_000 },
  );
  let running = true;
  const tidy = async (): Promise<void> => {
    while (running) {
      for (const args of [
        ["prune-packed", "-q"],
        ["gc", "-q"],
        ["prune-packed", "-q"],
      ]) {
        const ran = await git(host, args);
        expect(explain(ran).unexplained).toEqual([]);
      }
    }
  };
  const tidied = tidy();
  // Its complaint is awaited below.
  tidied.catch(() => undefined);

  const calls: Call[] = [];
  const call = async (args: readonly string[]): Promise<boolean> => {
    const start = Date.now();
    const ran = await git(guest, args);
    calls.push({ start, end: Date.now(), ran });
    expect(explain(ran).unexplained).toEqual([]);
    return ran.code === 0;
  };
  const acknowledged: string[] = [];
  try {
    for (let i = 0; acknowledged.length < commits && calls.length < 10 * commits; i += 1) {
      writeFileSync(join(guest.root, `f${i % 7}`), `text ${i}\n`);
      if (!(await call(["add", "."])) || !(await call(["commit", "-q", "-m", `Commit ${i}`]))) continue;
      acknowledged.push((await mustGit(guest, ["rev-parse", "HEAD"])).trim());
    }
  } finally {
    running = false;
    removing.tell("stop");
  }
  await tidied;
  expect(await removing.done).toBeGreaterThan(0);
  expect(acknowledged).toHaveLength(commits);

  for (const { time, line } of toldRefusals(refusals)) {
    const next = calls.filter(({ end }) => end >= time).slice(0, 2);
    expect(
      next.some(({ ran }) => ran.code !== 0),
      line,
    ).toBe(true);
  }
  for (const at of [host, guest]) {
    await eventually(async () => {
      const history = new Set((await mustGit(at, ["rev-list", "HEAD"])).trim().split("\n"));
      expect(acknowledged.filter((hash) => !history.has(hash))).toEqual([]);
    }, 20_000);
    await mustGit(at, ["fsck", "--full", "--strict"]);
    await mustGit(at, ["rev-list", "--objects", "HEAD"]);
    expect(await mustGit(at, ["status", "--porcelain"])).toBe("");
  }
}, 300_000);

test("row 29: of an old object that the host prunes while a guest freshens it, the guest's add fails, and makes it again when repeated", async () => {
  const delay = { ms: 800, jitter: 0 };
  const { host, guest } = await repositoryAfar(30, delay);
  const old = Date.now() / 1000 - 30 * 24 * 3600;
  let refused = 0;
  for (let round = 0; round < 5 && refused === 0; round += 1) {
    const text = `unreachable ${round}\n`;
    const hash = (await mustGit(host, ["hash-object", "-w", "--stdin"], { input: text })).trim();
    const object = join(".git", "objects", hash.slice(0, 2), hash.slice(2));
    utimesSync(join(host.root, object), old, old);
    await eventually(() => mustGit(guest, ["cat-file", "-e", hash]), 20_000);
    writeFileSync(join(guest.root, "f"), text);
    // The guest hears of its lock one way later, and its word that the object is young takes another way.
    const adding = git(guest, ["add", "f"]);
    await eventually(() => expect(existsSync(join(host.root, ".git", "index.lock"))).toBe(true), 20_000);
    await new Promise((resolve) => setTimeout(resolve, delay.ms));
    await mustGit(host, ["prune", "--expire=2.weeks.ago"]);
    const added = await adding;
    expect(explain(added).unexplained).toEqual([]);
    if (added.code !== 0) refused += 1;
    else expect(existsSync(join(host.root, object)), "what an add relies on is there").toBe(true);
    await eventually(async () => {
      await mustGit(guest, ["add", "f"]);
      await mustGit(guest, ["commit", "-q", "-m", `Round ${round}`]);
    }, 60_000);
    const head = (await mustGit(guest, ["rev-parse", "HEAD"])).trim();
    for (const at of [host, guest]) {
      await eventually(async () => expect((await mustGit(at, ["rev-parse", "HEAD"])).trim()).toBe(head), 20_000);
      await mustGit(at, ["fsck", "--full", "--strict"]);
      expect(await mustGit(at, ["show", "HEAD:f"])).toBe(text);
    }
  }
  expect(refused, "rounds in which the host pruned in time").toBe(1);
}, 300_000);
