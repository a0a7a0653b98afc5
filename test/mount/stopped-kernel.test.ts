/** Rows 8 and 30: a peer that was stopped in the middle of its work comes back to a repository that went on without it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startProbe } from "../harness/fs-probe/probe.ts";
import { git, makeRepository, mustGit, type GitAt } from "../harness/git.ts";
import { type TestSession, testSession } from "../harness/test-session.ts";
import { eventually } from "../suites/coherence/peers.ts";

/** The lease of a silent peer is 6.5 s. */
const patience = 30_000;

async function session(): Promise<TestSession> {
  const session = await testSession();
  const { host, guest } = session;
  onTestFinished(() => void process.kill(guest.helper.pid, "SIGCONT"));
  writeFileSync(join(host.root, "f"), "start\n");
  await makeRepository(host);
  await eventually(() => mustGit(guest, ["rev-parse", "HEAD"]));
  return session;
}

async function commit(at: GitAt, name: string): Promise<string> {
  writeFileSync(join(at.root, name), `${name}\n`);
  await mustGit(at, ["add", name]);
  await mustGit(at, ["commit", "-q", "-m", name]);
  return (await mustGit(at, ["rev-parse", "HEAD"])).trim();
}

test("row 30: a peer stopped inside pack-refs takes nothing back that others committed and packed meanwhile", async () => {
  const {
    host,
    guest,
    session: { folder },
  } = await session();
  const start = (await mustGit(host, ["rev-parse", "HEAD"])).trim();
  const names = Array.from({ length: 300 }, (_, i) => `refs/heads/branch-${i}`);
  await mustGit(host, ["update-ref", "--stdin"], { input: names.map((name) => `create ${name} ${start}\n`).join("") });
  await eventually(async () => expect((await mustGit(guest, ["for-each-ref"])).trim().split("\n")).toHaveLength(301));

  const packing = git(guest, ["pack-refs", "--all", "--prune"]);
  await eventually(() => expect(existsSync(join(host.root, ".git", "packed-refs.lock"))).toBe(true));
  process.kill(guest.helper.pid, "SIGSTOP");
  const later = await eventually(() => commit(host, "later"), patience);
  await eventually(() => mustGit(host, ["update-ref", "refs/heads/branch-7", later]), patience);
  await eventually(() => mustGit(host, ["pack-refs", "--all", "--prune"]), patience);
  const afterPack = await commit(host, "after");
  process.kill(guest.helper.pid, "SIGCONT");
  await packing;

  const isAsItWas = async (at: GitAt): Promise<void> => {
    expect((await mustGit(at, ["rev-parse", "HEAD"])).trim()).toBe(afterPack);
    expect((await mustGit(at, ["rev-parse", "branch-7"])).trim()).toBe(later);
    expect((await mustGit(at, ["for-each-ref"])).trim().split("\n")).toHaveLength(301);
    await mustGit(at, ["fsck", "--full", "--strict"]);
  };
  await isAsItWas(host);
  await eventually(() => isAsItWas(guest), patience);
  expect(existsSync(join(folder, ".git", "packed-refs.lock"))).toBe(false);
});

test("row 8: what a stopped peer does late, under a lock it lost, is refused", async () => {
  const { host, guest } = await session();
  const body = `
    fd = os.open(A[0] + ".lock", os.O_WRONLY | os.O_CREAT | os.O_EXCL); os.write(fd, b"stale"); os.fsync(fd)
    say("held"); hear()
    def late(): os.write(fd, b" and late"); os.close(fd); os.rename(A[0] + ".lock", A[0])
    R = attempt(late)`;
  const holder = startProbe(body, [join(guest.root, ".git", "index")], { timeoutMs: 60_000 });
  expect(await holder.heard()).toBe("held");
  process.kill(guest.helper.pid, "SIGSTOP");
  const made = await eventually(() => commit(host, "meanwhile"), patience);
  const index = readFileSync(join(host.root, ".git", "index"));
  holder.tell("go on");
  process.kill(guest.helper.pid, "SIGCONT");
  expect(await holder.done).not.toBe("ok");
  expect((await mustGit(host, ["rev-parse", "HEAD"])).trim()).toBe(made);
  expect(readFileSync(join(host.root, ".git", "index")).equals(index)).toBe(true);
  expect(await mustGit(host, ["status", "--porcelain"])).toBe("");
});
