/** Rows 22 and 29: what is refused in the middle fails at its sender, and nothing that rested on it has happened. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { git, mustGit, type GitAt } from "../harness/git.ts";
import { mustRun } from "../harness/run.ts";
import { testSession } from "../harness/test-session.ts";
import { eventually } from "../suites/coherence/peers.ts";

const mebibyte = 1 << 20;

/** A session whose host's folder is on a disk of its own, of `size` MiB, and a way to leave it with only so many bytes. */
async function sessionOnSmallDisk(
  size: number,
): Promise<{ host: GitAt; guest: GitAt; leaveFree: (bytes: number) => void; free: () => void }> {
  const disk = mkdtempSync(join(tmpdir(), "pairmount-disk-"));
  onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
  await mustRun("mount", ["-t", "tmpfs", "-o", `size=${size}m`, "none", disk]);
  onTestFinished(async () => void (await mustRun("umount", ["-l", disk])));
  const folder = join(disk, "repository");
  mkdirSync(folder);
  const { host, guest } = await testSession({ folder });
  const balloon = join(disk, "balloon");
  return {
    host,
    guest,
    leaveFree(bytes) {
      const fd = openSync(balloon, "a");
      for (;;) {
        const { bavail, bsize } = statfsSync(disk);
        const excess = bavail * bsize - bytes;
        if (excess <= 0) break;
        writeSync(fd, Buffer.alloc(Math.min(excess, mebibyte)));
      }
      closeSync(fd);
    },
    free: () => unlinkSync(balloon),
  };
}

async function isWhole(at: GitAt, head: string): Promise<void> {
  expect((await mustGit(at, ["rev-parse", "HEAD"])).trim()).toBe(head);
  await mustGit(at, ["fsck", "--full", "--strict"]);
  await mustGit(at, ["rev-list", "--objects", "HEAD"]);
}

async function repositoryOf(host: GitAt, guest: GitAt, files: number): Promise<string> {
  await mustGit(guest, ["init", "-q"]);
  for (let i = 0; i < files; i += 1) {
    writeFileSync(join(guest.root, `f${i}`), randomBytes(256 * 1024));
    await mustGit(guest, ["add", "."]);
    await mustGit(guest, ["commit", "-q", "-m", `File ${i}`]);
  }
  const head = (await mustGit(guest, ["rev-parse", "HEAD"])).trim();
  await eventually(() => isWhole(host, head), 20_000);
  return head;
}

test("a guest's new pack that the host's full disk refuses leaves the old packs and objects where they are", async () => {
  const { host, guest, leaveFree, free } = await sessionOnSmallDisk(24);
  const head = await repositoryOf(host, guest, 12);
  leaveFree(mebibyte);
  const repacked = await git(guest, ["repack", "-a", "-d", "-q"]);
  expect(repacked.code, repacked.err).not.toBe(0);
  for (const at of [host, guest]) await eventually(() => isWhole(at, head), 20_000);
  free();
  await eventually(() => mustGit(guest, ["repack", "-a", "-d", "-q"]), 20_000);
  for (const at of [host, guest]) await eventually(() => isWhole(at, head), 20_000);
});

test("a guest's commit whose objects the host's full disk refuses is not made, and the next one is", async () => {
  const { host, guest, leaveFree, free } = await sessionOnSmallDisk(24);
  const head = await repositoryOf(host, guest, 2);
  const text = randomBytes(3 * mebibyte);
  leaveFree(4 * mebibyte);
  writeFileSync(join(guest.root, "big"), text);
  const added = await git(guest, ["add", "big"]);
  const committed = await git(guest, ["commit", "-q", "-m", "Big"]);
  expect([added.code, committed.code]).not.toEqual([0, 0]);
  for (const at of [host, guest]) await eventually(() => isWhole(at, head), 20_000);
  free();
  await eventually(async () => {
    await mustGit(guest, ["add", "big"]);
    await mustGit(guest, ["commit", "-q", "-m", "Big"]);
  }, 20_000);
  const next = (await mustGit(guest, ["rev-parse", "HEAD"])).trim();
  expect(next).not.toBe(head);
  for (const at of [host, guest]) await eventually(() => isWhole(at, next), 20_000);
  expect(readdirSync(join(host.root, ".git")).filter((name) => name.endsWith(".lock"))).toEqual([]);
});
