/** A helper that dies or hangs: the other side is told, waits no longer than it must, and finds no lock left. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectRpc } from "../../helper/rpc/client.ts";
import { git, makeRepository, mustGit } from "../harness/git.ts";
import { isMounted, type Helper, startHelper } from "../harness/helper.ts";
import { startSession, type Peer, type Session } from "../harness/peers.ts";
import { mustRun, run } from "../harness/run.ts";

/** What a request waits for a silent host (waiters.ts, patience), with the second it takes to notice and a busy machine. */
const patienceMs = 16_000;
/** Larger than what is prefetched: it is fetched when read. */
const large = 1 << 20;

let base: string;
let folder: string;
let session: Session;
let host: Peer;
let guest: Peer;

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "pm-signals-")));
  folder = join(base, "app");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.txt"), "plain\n");
  writeFileSync(join(folder, "large.bin"), Buffer.alloc(large, 7));
  await makeRepository({ root: folder, name: "ada" });
  session = await startSession({ folder, guests: 1 });
  host = session.host;
  guest = session.guests[0] as Peer;
});
afterEach(async () => {
  for (const { helper } of session.peers) if (existsSync(`/proc/${helper.pid}`)) process.kill(helper.pid, "SIGCONT");
  await session.close();
  expect([isMounted(folder), isMounted(guest.root)]).toEqual([false, false]);
  rmSync(base, { recursive: true });
});

async function said({ helper }: { readonly helper: Helper }, event: Readonly<Record<string, unknown>>): Promise<void> {
  await expect.poll(() => helper.events, { timeout: 20_000 }).toContainEqual(expect.objectContaining(event));
}

/** The error text and how long it took to come. */
async function failing(
  command: string,
  ...args: readonly string[]
): Promise<{ readonly err: string; readonly ms: number }> {
  const begun = performance.now();
  const { code, err } = await run(command, args, { timeoutMs: 60_000 });
  expect(code).not.toBe(0);
  return { err, ms: performance.now() - begun };
}

describe.each(["SIGKILL", "SIGSTOP"] as const)("%s at the host", (signal) => {
  test("ends a guest's waiting requests with EIO in seconds; what it has goes on being read", async () => {
    expect(await mustRun("cat", [join(guest.root, "a.txt")])).toBe("plain\n");
    process.kill(host.helper.pid, signal);
    const [read, lock, sync] = await Promise.all([
      failing("cat", join(guest.root, "large.bin")),
      failing("sh", "-c", 'set -C; : > "$1"', "sh", join(guest.root, ".git/index.lock")),
      failing("dd", "if=/dev/zero", "bs=10", "count=1", "conv=fsync", `of=${join(guest.root, "new.txt")}`),
    ]);
    for (const { err, ms } of [read, lock, sync]) {
      expect(err).toMatch(/Input\/output error|I\/O error/);
      expect(ms).toBeLessThan(patienceMs);
    }
    await said(guest, { event: "peer", peer: "ada", state: "reconnecting" });
    expect(await mustRun("cat", [join(guest.root, "a.txt")])).toBe("plain\n");
    expect(statSync(join(guest.root, "large.bin")).size).toBe(large);
  });
});

test("a host that was only stopped goes on: the guest reads, and its write arrives", async () => {
  process.kill(host.helper.pid, "SIGSTOP");
  const { err } = await failing("cat", join(guest.root, "large.bin"));
  expect(err).toContain("Input/output error");
  writeFileSync(join(guest.root, "late.txt"), "kept\n");
  process.kill(host.helper.pid, "SIGCONT");
  await expect.poll(async () => (await run("cat", [join(guest.root, "large.bin")])).code, { timeout: 30_000 }).toBe(0);
  await expect.poll(async () => (await run("cat", [join(folder, "late.txt")])).out, { timeout: 30_000 }).toBe("kept\n");
  expect((await git(guest, ["status", "--porcelain"])).out).toBe("?? late.txt\n");
});

test("a host that stops sharing takes its guests along: no mount, socket or cache is left at either", async () => {
  process.kill(host.helper.pid, "SIGTERM");
  await said(host, { event: "ended" });
  await said(guest, { event: "ended" });
  await expect.poll(() => isMounted(guest.root), { timeout: 15_000 }).toBe(false);
  await expect.poll(() => existsSync(`/proc/${guest.helper.pid}`), { timeout: 15_000 }).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual([".git", "a.txt", "large.bin"]);
  for (const { helper } of session.peers) {
    const runtime = dirname(String(helper.first["socket"]));
    await expect.poll(() => readdirSync(runtime), { timeout: 5000 }).toEqual([]);
  }
  expect(readdirSync(join(dirname(String(guest.helper.first["socket"])), "../../cache/pairmount"))).toEqual([]);
});

test("a guest killed with index.lock in its hands: the host is told, the lock goes within the lease, the host commits", async () => {
  await mustRun("sh", ["-c", 'set -C; echo held > "$1"', "sh", join(guest.root, ".git/index.lock")]);
  writeFileSync(join(folder, "a.txt"), "changed\n");
  expect((await git(host, ["commit", "-q", "-a", "-m", "Held off"])).err).toContain("index.lock");
  process.kill(guest.helper.pid, "SIGKILL");
  await said(host, { event: "peer", peer: "ben", state: "gone" });
  await expect.poll(() => existsSync(join(folder, ".git/index.lock")), { timeout: 5000 }).toBe(false);
  await mustGit(host, ["commit", "-q", "-a", "-m", "After the lease"]);
  expect(await mustGit(host, ["fsck", "--full", "--strict"])).toBe("");
  await expect.poll(() => isMounted(guest.root), { timeout: 10_000 }).toBe(false);
});

describe("killed with its mount step, which leaves a dead mount", () => {
  let again: Helper | undefined;
  afterEach(async () => {
    await again?.stop();
    again = undefined;
  });

  async function killWhole({ helper, root }: Peer): Promise<void> {
    const children = readFileSync(`/proc/${helper.pid}/task/${helper.pid}/children`, "utf8").split(" ").filter(Boolean);
    for (const pid of [...children, helper.pid]) process.kill(Number(pid), "SIGKILL");
    await expect
      .poll(async () => (await run("stat", ["-f", root])).err, { timeout: 10_000 })
      .toContain("Transport endpoint is not connected");
  }
  async function startAgain({ helper, root }: Peer, ...args: readonly string[]): Promise<Helper> {
    again = await startHelper({ home: join(dirname(String(helper.first["socket"])), "../.."), mount: root, args });
    return again;
  }

  test("a guest joins again over it, by its key: it has one seat, its locks are gone, and it is back", async () => {
    await mustRun("sh", ["-c", 'set -C; echo held > "$1"', "sh", join(guest.root, ".git/index.lock")]);
    await killWhole(guest);
    await startAgain(guest, "join", String(host.helper.first["invite"]), guest.root, "--name", "ben");
    expect(await mustRun("cat", [join(guest.root, "a.txt")])).toBe("plain\n");
    expect(existsSync(join(folder, ".git/index.lock"))).toBe(false);
    await mustGit({ root: guest.root, name: "ben" }, ["commit", "-q", "--allow-empty", "-m", "Back"]);
    await said(host, { event: "peer", peer: "ben", state: "back" });
    const client = await connectRpc(String(host.helper.first["socket"]));
    const { peers } = await client.request("status", {});
    client.dispose();
    expect(peers.map(({ name, state }) => [name, state])).toEqual([
      ["ada", "connected"],
      ["ben", "connected"],
    ]);
    const told = host.helper.events.filter(({ event }) => event === "peer").map(({ state }) => state);
    expect(told.filter((state) => state === "left")).toEqual([]);
    expect(told.filter((state) => state === "joined")).toHaveLength(1);
  });

  test("a host shares again over it", async () => {
    await killWhole(host);
    await startAgain(host, "share", folder, "--accept", "--name", "ada");
    expect(await mustRun("cat", [join(folder, "a.txt")])).toBe("plain\n");
    expect(await mustGit(host, ["status", "--porcelain"])).toBe("");
  });
});
