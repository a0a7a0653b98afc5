/** What every writer shares: git that reports its refusals, backing off with jitter, the quota and the end. */
import { git, type GitAt } from "../../harness/git.ts";
import { createRandom } from "../../harness/random.ts";
import type { Ran, RunOptions } from "../../harness/run.ts";
import { explain } from "./refusals.ts";
import type { Report, WriterTask } from "./task.ts";

export interface Writer extends GitAt {
  readonly quota: number;
  readonly random: () => number;
  readonly report: (report: Report) => void;
  readonly over: () => boolean;
  /** Runs git once; what it says goes to the report. */
  readonly git: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Runs git until it succeeds or time is over, backing off in between. */
  readonly insist: (args: readonly string[], options?: RunOptions) => Promise<string | undefined>;
  /** Waits longer the more often it was refused in a row. */
  readonly backOff: () => Promise<void>;
  readonly proceed: () => void;
}

const hungMs = 60_000;

export function createWriter(task: WriterTask): Writer {
  const random = createRandom(task.seed);
  const end = Date.now() + task.limitMs;
  let refusals = 0;
  const report = (each: Report): void => void process.stdout.write(`${JSON.stringify(each)}\n`);
  const over = (): boolean => Date.now() > end;
  const backOff = async (): Promise<void> => {
    refusals = Math.min(refusals + 1, 5);
    await new Promise((resolve) => setTimeout(resolve, 2 + random() * 12 * 2 ** refusals));
  };
  const proceed = (): void => {
    refusals = 0;
  };
  const once = async (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const ran = await git(task, args, { timeoutMs: hungMs, ...options });
    if (ran.err === "" && !ran.timedOut) return ran;
    const { reasons, unexplained } = explain(ran, task.sharedMessage);
    for (const reason of reasons) report({ t: "refused", reason });
    for (const text of unexplained) report({ t: "unexplained", text: `git ${args[0]}: ${text}` });
    return ran;
  };
  const insist = async (args: readonly string[], options: RunOptions = {}): Promise<string | undefined> => {
    while (!over()) {
      const ran = await once(args, options);
      if (ran.code === 0) return ran.out.trim();
      if (ran.err === "") report({ t: "unexplained", text: `git ${args[0]}: exit ${ran.code}: ${ran.out}` });
      await backOff();
    }
    return undefined;
  };
  return {
    name: task.name,
    root: task.root,
    quota: task.quota,
    random,
    report,
    over,
    git: once,
    insist,
    backOff,
    proceed,
  };
}

/** The hash in `[main 0123…] subject`, complete because of core.abbrev=40. */
export function committedHash(ran: Ran): string | undefined {
  return ran.code === 0 ? /^\[\S+(?: \(root-commit\))? ([0-9a-f]{40})\]/m.exec(ran.out)?.[1] : undefined;
}
