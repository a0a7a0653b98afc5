/** Peers whose mounts show different owners share one index without rewriting it for each other (DESIGN "One stat everywhere"). */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fixtureRepository } from "../harness/fixture/repository.ts";
import { gitEnvironment, mustGit } from "../harness/git.ts";
import type { Session } from "../harness/peers.ts";
import { mustRun } from "../harness/run.ts";
import { testSession } from "../harness/test-session.ts";

const guestUser = 1234;

interface Two {
  readonly session: Session;
  /** Git at the host and, as the user the guest's mount shows, at the guest. */
  readonly a: (...args: string[]) => Promise<string>;
  readonly b: (...args: string[]) => Promise<string>;
  /** The real index, below all mounts. */
  readonly index: () => Buffer;
  readonly files: readonly string[];
}

async function two(options: { readonly breakGuests?: string } = {}): Promise<Two> {
  const { bare } = await fixtureRepository();
  const folder = mkdtempSync(join(tmpdir(), "pm-owners-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await mustRun("git", ["clone", "-q", bare, folder], { env: gitEnvironment("ada") });
  const guestOwner = `${guestUser}:${guestUser}`;
  const pair = await testSession({ folder, separateMount: true, guestOwner, ...options });
  const { session } = pair;
  const guest = pair.guest.root;
  const asUser = [`--reuid=${guestUser}`, `--regid=${guestUser}`, "--clear-groups", "git", "-C", guest];
  const a = async (...args: string[]): Promise<string> => await mustGit(session.host, args);
  const b = async (...args: string[]): Promise<string> =>
    await mustRun("setpriv", [...asUser, ...args], { env: { ...gitEnvironment("ben"), HOME: "/" } });
  const index = (): Buffer => readFileSync(join(folder, ".git", "index"));
  // What clone wrote in the second of its files is looked at again, and the session's times are new to it: once.
  await settled(async () => await a("status"), index);
  const files = (await a("ls-files")).trim().split("\n");
  return { session, a, b, index, files };
}

async function settled(status: () => Promise<unknown>, index: () => Buffer): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let before: Buffer | undefined; before === undefined || !before.equals(index()); ) {
    if (Date.now() > deadline) throw new Error("the index is rewritten by every status");
    before = index();
    await status();
  }
}

async function ms(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return Math.round(performance.now() - begin);
}

const guestRoot = ({ session }: Two): string => session.guests[0]?.root ?? "";

test("status at either side neither finds nor writes anything, and is as fast the second time (row 10)", async () => {
  const peers = await two();
  const { a, b, index } = peers;
  expect(statSync(join(guestRoot(peers), ".git", "index")).uid).toBe(guestUser);
  const before = index();
  expect(await b("diff-files", "--name-only")).toBe("");
  const first = await ms(() => b("status"));
  const second = await ms(() => b("status"));
  console.info(`status at the guest, index exchanged: first ${first} ms, second ${second} ms`);
  expect(index().equals(before)).toBe(true);
  expect(await b("ls-files", "--debug")).toMatch(/^  uid: 1234\tgid: 1234$/m);
  expect(await b("status", "--porcelain")).toBe("");
  expect(await a("status", "--porcelain")).toBe("");
  expect(await a("diff-files", "--name-only")).toBe("");
  expect(index().equals(before)).toBe(true);
  await b("fsck", "--strict");
});

test("without the exchange every status would rewrite the index of the other", async () => {
  const { a, b, index } = await two({ breakGuests: "shared-index" });
  const before = index();
  expect(await b("diff-files", "--name-only")).not.toBe("");
  const first = await ms(() => b("status"));
  const afterGuest = index();
  expect(afterGuest.equals(before)).toBe(false);
  await a("status");
  expect(index().equals(afterGuest)).toBe(false);
  const second = await ms(() => b("status"));
  console.info(`status at the guest, index as shared: first ${first} ms, after the host's ${second} ms`);
});

test("commits from both sides alternate, and the host's index carries the host's owner", async () => {
  const peers = await two();
  const { session, a, b, index, files } = peers;
  const name = files[7] ?? "";
  for (let round = 1; round <= 3; round++) {
    for (const [git, root, other] of [
      [b, guestRoot(peers), a],
      [a, session.host.root, b],
    ] as const) {
      const text = `round ${round} ${git === b ? "ben" : "ada"}\n`;
      writeFileSync(join(root, name), text);
      await git("commit", "-qam", text);
      expect(await other("show", `HEAD:${name}`)).toBe(text);
      expect(await other("diff-files", "--name-only")).toBe("");
      const written = index();
      expect(await other("status", "--porcelain")).toBe("");
      expect(await git("status", "--porcelain")).toBe("");
      expect(index().equals(written)).toBe(true);
    }
  }
  const owners = new Set(
    (await mustRun("git", ["-C", session.folder, "-c", "safe.directory=*", "ls-files", "--debug"])).match(
      /uid: \d+\tgid: \d+/g,
    ),
  );
  expect([...owners]).toEqual([`uid: ${process.getuid?.()}\tgid: ${process.getgid?.()}`]);
  await mustRun("git", ["-C", session.folder, "fsck", "--strict"]);
  await b("fsck", "--strict");
});

test("a change of the same size is seen at both sides, wherever it was made", async () => {
  const peers = await two();
  const { session, a, b, files } = peers;
  const roots = [session.host.root, guestRoot(peers)];
  for (const [i, root] of roots.entries()) {
    const name = files[20 + i] ?? "";
    const bytes = readFileSync(join(root, name));
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(join(root, name), bytes);
    for (const git of [a, b]) expect(await git("status", "--porcelain", "--", name)).toBe(` M ${name}\n`);
    for (const git of [a, b]) expect(await git("diff-files", "--name-only", "--", name)).toBe(`${name}\n`);
  }
});

test("an index put in place without git's lock reads back as it was written", async () => {
  const peers = await two();
  const { b, index } = peers;
  const before = index();
  const at = join(guestRoot(peers), ".git", "index");
  const seen = readFileSync(at);
  expect(seen.equals(before)).toBe(false);
  writeFileSync(`${at}.saved`, seen);
  writeFileSync(at, seen);
  expect(readFileSync(at).equals(seen)).toBe(true);
  expect(await b("diff-files", "--name-only")).toBe("");
  await mustRun("mv", [`${at}.saved`, at]);
  expect(readFileSync(at).equals(seen)).toBe(true);
  await mustRun("mv", [at, `${at}.away`]);
  expect(readFileSync(`${at}.away`).equals(seen)).toBe(true);
  await mustRun("mv", [`${at}.away`, at]);
  expect(await b("diff-files", "--name-only")).toBe("");
  expect(index().equals(before)).toBe(true);
});
