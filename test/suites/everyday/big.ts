/** A 100 MB file, and a 100 MB pack (500 MB with BIG=1) of which a peer reads only parts. */
import { randomFillSync } from "node:crypto";
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { gitEnvironment, mustGit, type GitAt } from "../../harness/git.ts";
import { createRandom } from "../../harness/random.ts";
import { mustRun } from "../../harness/run.ts";
import { hashAt, rangeAt, writeAt } from "./files.ts";
import type { Step } from "./steps.ts";

const megabyte = 1 << 20;
const packMegabytes = process.env["BIG"] === "1" ? 500 : 100;

export const bigSteps: readonly Step[] = [
  {
    title: "a file of 100 MB is the same at every peer",
    async run({ at, others }) {
      const content = randomFillSync(Buffer.alloc(100 * megabyte));
      const hash = createHash("sha256").update(content).digest("hex");
      await writeAt(at, "large.bin", content);
      expect(await hashAt(at, "large.bin")).toBe(hash);
      for (const peer of others) {
        await expect.poll(async () => await hashAt(peer, "large.bin"), { timeout: 60_000 }).toBe(hash);
      }
      await mustRun("rm", [`${at.root}/large.bin`]);
    },
  },
  {
    title: `a pack of ${packMegabytes} MB is read at random offsets by a peer that does not fetch it whole`,
    async run({ at, others, outside, received }) {
      const source = `${outside}/big.git`;
      await makeBigRepository(source);
      const before = others.map(received);
      await mustGit(at, ["fetch", "-q", source, "refs/heads/big:refs/heads/big"], { timeoutMs: 300_000 });
      const random = createRandom(packMegabytes);
      for (const [i, peer] of others.entries()) {
        await expect
          .poll(async () => await mustGit(peer, ["branch", "--list", "big"]), { timeout: 30_000 })
          .toMatch(/big/);
        const pack = (await mustRun("sh", ["-c", largestPack, "sh", peer.root])).trim();
        for (let n = 0; n < 50; n += 1) {
          const offset = Math.floor(random() * (packMegabytes - 1) * megabyte);
          expect(await rangeAt(peer, pack, offset, 4096)).toBe(await rangeAt(at, pack, offset, 4096));
        }
        for (let n = 0; n < 5; n += 1) {
          const blob = `big:blob-${Math.floor(random() * packMegabytes)}`;
          const hash = (await mustGit(peer, ["rev-parse", blob])).trim();
          expect((await contentHash(peer, blob)).trim()).toBe(hash);
        }
        const after = received(peer);
        const start = before[i];
        if (after !== undefined && start !== undefined)
          expect(after - start).toBeLessThan((packMegabytes / 2) * megabyte);
      }
      await mustGit(at, ["branch", "-q", "-D", "big"]);
    },
  },
];

const largestPack = 'cd "$1" && ls -S .git/objects/pack/*.pack | head -1';

async function contentHash(at: GitAt, blob: string): Promise<string> {
  const script = 'git -C "$1" cat-file blob "$2" | git -C "$1" hash-object --stdin';
  return await mustRun("sh", ["-c", script, "sh", at.root, blob], { env: gitEnvironment(at.name) });
}

/** One commit with a blob of 1 MB that does not compress for each megabyte: fast-import writes one pack of it. */
async function makeBigRepository(bare: string): Promise<void> {
  const env = gitEnvironment("Fixture");
  await mustRun("git", ["init", "-q", "--bare", bare], { env });
  const parts = [
    Buffer.from("commit refs/heads/big\ncommitter Fixture <fixture@example.invalid> 1700000000 +0000\ndata 3\nBig\n"),
  ];
  for (let n = 0; n < packMegabytes; n += 1) {
    parts.push(
      Buffer.from(`M 100644 inline blob-${n}\ndata ${megabyte}\n`),
      randomFillSync(Buffer.alloc(megabyte)),
      Buffer.from("\n"),
    );
  }
  parts.push(Buffer.from("done\n"));
  const input = Buffer.concat(parts);
  await mustRun("git", ["-C", bare, "fast-import", "--quiet", "--done"], { env, input, timeoutMs: 300_000 });
}
