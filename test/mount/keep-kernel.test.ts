/** A guest keeps an ordinary clone of what it joined: whole, checked, and of use when the session is over. */
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Kept, Progress } from "../../helper/api.ts";
import { connectRpc, type RpcClient } from "../../helper/rpc/client.ts";
import { makeRepository, mustGit } from "../harness/git.ts";
import { isMounted } from "../harness/helper.ts";
import { type Peer, type Session, startSession } from "../harness/peers.ts";
import { mustRun } from "../harness/run.ts";

let base: string;
let session: Session;
let guest: Peer;
let client: RpcClient;
const copy = (): string => join(base, "copy");
const at = (root: string) => ({ root, name: "ben" });
/** Enough that a copy is still under way when its first progress is heard. */
const large = randomBytes(48 * 1024 * 1024);

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), "pairmount-keep-"));
  const folder = join(base, "app");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.txt"), "one\n");
  symlinkSync("a.txt", join(folder, "link"));
  writeFileSync(join(folder, "run.sh"), "#!/bin/sh\n");
  chmodSync(join(folder, "run.sh"), 0o755);
  await makeRepository(at(folder), "One");
  await mustGit(at(folder), ["tag", "v1"]);
  writeFileSync(join(folder, "large.bin"), large);
  session = await startSession({ folder, guests: 1 });
  const [first] = session.guests;
  if (first === undefined) throw new Error("no guest");
  guest = first;
  client = await connectRpc(String(guest.helper.first["socket"]));
});
afterEach(async () => {
  client.dispose();
  await session.close();
  rmSync(base, { recursive: true, force: true });
});

async function keep(onProgress?: (progress: Progress) => void): Promise<Kept> {
  return await client.request("keepCopy", { folder: copy() }, onProgress && { onProgress });
}
/** Nothing beside the shared folder but this. */
const left = (): readonly string[] => readdirSync(base).filter((name) => name !== "app");
/** The guest has it from now on, whatever becomes of the host. */
async function readAll(...but: readonly string[]): Promise<void> {
  await mustRun("find", [
    guest.root,
    "-type",
    "f",
    ...but.flatMap((name) => ["!", "-name", name]),
    "-exec",
    "cat",
    "{}",
    "+",
  ]);
}

test("a copy has what the guest's repository had, and goes on when the session is over", async () => {
  await mustGit(at(guest.root), ["checkout", "-q", "-b", "topic"]);
  appendFileSync(join(guest.root, "a.txt"), "stashed\n");
  await mustGit(at(guest.root), ["stash"]);
  appendFileSync(join(guest.root, "a.txt"), "staged\n");
  await mustGit(at(guest.root), ["commit", "-q", "-a", "-m", "Two"]);
  appendFileSync(join(guest.root, "run.sh"), "exit 0\n");
  await mustGit(at(guest.root), ["add", "run.sh"]);
  appendFileSync(join(guest.root, "a.txt"), "three\n");
  writeFileSync(join(guest.root, "new.txt"), "untracked\n");
  await mustGit(at(guest.root), ["remote", "add", "mine", "https://example.invalid/a.git"]);
  const ask = [
    ["status", "--porcelain", "--branch"],
    ["diff"],
    ["diff", "--cached"],
    ["show-ref", "--head"],
    ["stash", "list"],
    ["reflog"],
    ["remote", "-v"],
    ["log", "--all", "--format=%H %s"],
  ];
  const before = await Promise.all(ask.map((args) => mustGit(at(guest.root), args)));
  const steps: Progress[] = [];
  const kept = await keep((progress) => steps.push(progress));
  expect(kept).toMatchObject({ folder: copy(), commits: 4, note: null });
  expect(kept.bytes).toBeGreaterThan(large.length);
  expect(new Set(steps.map(({ step }) => step))).toEqual(new Set(["copy", "verify"]));
  client.dispose();
  await session.close();
  expect(await Promise.all(ask.map((args) => mustGit(at(copy()), args)))).toEqual(before);
  expect(await mustGit(at(copy()), ["fsck", "--full", "--strict"])).toBe("");
  expect([readlinkSync(join(copy(), "link")), lstatSync(join(copy(), "run.sh")).mode & 0o777]).toEqual([
    "a.txt",
    0o755,
  ]);
  expect(readFileSync(join(copy(), "large.bin")).equals(large)).toBe(true);
  expect(await mustGit(at(copy()), ["config", "--local", "--list"])).not.toMatch(/gc\.|maintenance\./);
  await mustRun("sh", ["-c", `! grep -rl '${guest.root}' '${copy()}/.git'`]);
  await mustGit(at(copy()), ["commit", "-q", "-a", "-m", "Goes on"]);
});

test("a place that is taken is refused, and stays as it is", async () => {
  mkdirSync(copy());
  writeFileSync(join(copy(), "mine"), "");
  await expect(keep()).rejects.toMatchObject({ code: "keep-target" });
  expect([left(), readdirSync(copy())]).toEqual([["copy"], ["mine"]]);
});

test("what the host can not give any more is named, and the rest is kept under a name that says so", async () => {
  await readAll("large.bin");
  process.kill(session.host.helper.pid, "SIGKILL");
  await expect(keep()).rejects.toMatchObject({
    code: "keep-incomplete",
    detail: `1 could not be read: large.bin (EIO). What could be had is in ${copy()}.incomplete`,
  });
  expect(left()).toEqual(["copy.incomplete"]);
  expect(readFileSync(join(`${copy()}.incomplete`, "a.txt"), "utf8")).toBe("one\n");
  expect(await mustGit(at(`${copy()}.incomplete`), ["status", "--porcelain"])).toBe("");
});

test("a copy under way when the host stops sharing is finished from what is here; then the guest ends", async () => {
  await readAll();
  let stopped: Promise<unknown> | undefined;
  const kept = await keep(() => void (stopped ??= session.host.helper.stop()));
  expect(kept.commits).toBe(1);
  await stopped;
  await vi.waitFor(() => expect(isMounted(guest.root)).toBe(false), { timeout: 20_000 });
  expect(readFileSync(join(copy(), "large.bin")).equals(large)).toBe(true);
});

test("a host that announces its end stays while a guest still fetches, and ends by itself", async () => {
  const host = await connectRpc(String(session.host.helper.first["socket"]));
  let asked: Promise<unknown> | undefined;
  // Most of the large file is not here yet.
  const kept = await keep(({ done }) => {
    if (done > 0) asked ??= host.request("endSoon", { seconds: 0 });
  });
  expect(await asked).toEqual({ settled: true });
  expect(kept.bytes).toBeGreaterThan(large.length);
  expect(readFileSync(join(copy(), "large.bin")).equals(large)).toBe(true);
  expect(guest.helper.events).toContainEqual({ event: "ending", peer: "ada", seconds: 0 });
  await host.closed;
  const { pid, stop } = session.host.helper;
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), { timeout: 20_000 });
  expect(await stop()).toBe(0);
  await vi.waitFor(() => expect(isMounted(guest.root)).toBe(false), { timeout: 20_000 });
});

test("leaving cancels a copy, and nothing is left of it", async () => {
  const other = await connectRpc(String(guest.helper.first["socket"]));
  let leaving: Promise<unknown> | undefined;
  await expect(keep(() => void (leaving ??= other.request("leave", {})))).rejects.toMatchObject({ code: "cancelled" });
  await leaving;
  other.dispose();
  expect([left(), isMounted(guest.root)]).toEqual([[], false]);
});
