/** What a coherence test needs: two or more views of one tree, and patience with a bound. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeRepository, mustGit, type GitAt } from "../../harness/git.ts";

export interface Peers {
  /** At least two views of the same tree, served by other processes than the test's. */
  readonly mounts: readonly string[];
  /** Ends the peer of a mount as SIGKILL does. Without it, tests of crashes are left out. */
  readonly crash?: (mount: number) => Promise<void>;
  close(): Promise<void>;
}

export type OpenPeers = () => Promise<Peers>;

export interface Stage {
  /** A fresh directory, as each peer sees it; `a` made it and `b` sees it already. */
  readonly a: string;
  readonly b: string;
  readonly peers: Peers;
  /** Ends the test as skipped, with the reason. */
  readonly skip: (why: string) => never;
}

export type Declare = (title: string, body: (stage: Stage) => Promise<void>, timeoutMs?: number) => void;

export function createDeclare(peers: () => Peers): Declare {
  let count = 0;
  return (title, body, timeoutMs = 120_000) => {
    it(
      title,
      async (context) => {
        count += 1;
        const [first, second] = peers().mounts;
        if (first === undefined || second === undefined) throw new Error("two mounts are needed");
        const [a, b] = [join(first, `stage-${count}`), join(second, `stage-${count}`)];
        mkdirSync(a);
        await eventually(() => expect(existsSync(b)).toBe(true));
        await body({ a, b, peers: peers(), skip: (why) => context.skip(why) });
      },
      timeoutMs,
    );
  };
}

/** Polls until the check stops throwing; after five seconds its last complaint is the test's. */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 5000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** A repository with one commit at `a`, known at `b`. */
export async function repositoryAt({ a, b }: Stage): Promise<{ readonly ada: GitAt; readonly ben: GitAt }> {
  const ada = { root: a, name: "ada" };
  const ben = { root: b, name: "ben" };
  await makeRepository(ada);
  const head = await mustGit(ada, ["rev-parse", "HEAD"]);
  await eventually(async () => expect(await mustGit(ben, ["rev-parse", "HEAD"])).toBe(head));
  return { ada, ben };
}

/** The control: two names for one plain directory. */
export async function openPlainPeers(): Promise<Peers> {
  const dir = mkdtempSync(join(tmpdir(), "pairmount-peers-"));
  const close = async (): Promise<void> => await Promise.resolve(rmSync(dir, { recursive: true, force: true }));
  return await Promise.resolve({ mounts: [dir, dir], close });
}
