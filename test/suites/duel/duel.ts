/** Fights one duel: prepares a repository, opens the field, lets the writers work, surveys every peer, and judges. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { childProgram } from "../../harness/child.ts";
import { git, type GitAt } from "../../harness/git.ts";
import { surveyAll, surveyOf, type Survey } from "../../harness/survey.ts";
import { type DuelField, makeDuelRepository, type OpenField } from "./field.ts";
import { sharedFiles, type DuelKind, type Report, type Told, type WriterTask } from "./task.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface DuelOptions {
  readonly kind: DuelKind;
  /** Acknowledged commits or swaps, of all writers together. */
  readonly commits: number;
  readonly seed: number;
  readonly limitMs: number;
  /** The keeper of the branches duel does nothing but pack refs. */
  readonly onlyPacksRefs?: boolean;
  /** How long peers may take to agree after the last writer ended. */
  readonly settleMs?: number;
  readonly onReport?: (name: string, report: Report) => void;
}

const depth = { depth: "fsck", texts: sharedFiles } as const;

export async function fightDuel(open: OpenField, options: DuelOptions): Promise<Verdict> {
  const repository = await makeDuelRepository();
  try {
    const field = await open(repository.folder);
    const started = Date.now();
    let told: readonly Told[] = [];
    let surveys: readonly Survey[] = [];
    let patch = "";
    try {
      told = await letWrite(field, options);
      surveys = await surveyAll(field.peers, { ...depth, settleMs: options.settleMs ?? 20_000 });
      const first = field.peers[0];
      if (first !== undefined) patch = await sharedHistory(first);
    } finally {
      await field.close();
    }
    const folder = await surveyOf({ name: "the folder", root: repository.folder }, depth);
    const seconds = (Date.now() - started) / 1000;
    return judge({ kind: options.kind, told, surveys: [...surveys, folder], patch, seconds });
  } finally {
    repository.remove();
  }
}

async function letWrite({ peers, sharedMessage = false }: DuelField, options: DuelOptions): Promise<readonly Told[]> {
  const program = await childProgram("test/suites/duel/writer-main.ts");
  const roots = peers.map(({ root }) => root);
  const children: ChildProcess[] = [];
  const start = (peer: GitAt, task: Pick<WriterTask, "kind" | "quota" | "seed" | "onlyPacksRefs">): Promise<Told> => {
    const whole: WriterTask = {
      ...task,
      name: peer.name,
      root: peer.root,
      roots,
      sharedMessage,
      limitMs: options.limitMs,
    };
    const child = spawn(process.execPath, [program, JSON.stringify(whole)], { cwd: "/" });
    children.push(child);
    return listen(child, whole, options.onReport);
  };
  const quota = Math.ceil(options.commits / peers.length);
  // A writer that hangs in its mount is ended here; its reports up to then count.
  const timer = setTimeout(() => {
    for (const child of children) child.kill("SIGKILL");
  }, options.limitMs + 90_000);
  const keeper =
    options.kind === "branches"
      ? [
          start(
            { name: "keeper", root: "/" },
            { kind: "keep", quota: 0, seed: options.seed, onlyPacksRefs: options.onlyPacksRefs ?? false },
          ),
        ]
      : [];
  const keeperInput = children[0]?.stdin;
  const writing = peers.map((peer, i) => start(peer, { kind: options.kind, quota, seed: options.seed + i + 1 }));
  const written = await Promise.all(writing);
  if (keeper.length > 0) keeperInput?.end();
  const kept = await Promise.all(keeper);
  clearTimeout(timer);
  return [...written, ...kept];
}

async function listen(child: ChildProcess, task: WriterTask, onReport: DuelOptions["onReport"]): Promise<Told> {
  const reports: Report[] = [];
  const add = (report: Report): void => {
    reports.push(report);
    onReport?.(task.name, report);
  };
  let crash = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    crash += bytes.toString();
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => add(JSON.parse(line) as Report));
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) add({ t: "unexplained", text: `the writer ended with ${code}: ${crash}` });
  return { name: task.name, quota: task.quota, reports };
}

/** What each commit of the branch did to the shared files; of a history with holes (lost objects are the verdict's) what can be read. */
async function sharedHistory(at: GitAt): Promise<string> {
  const log = await git(at, ["log", "--first-parent", "-p", "-U0", "--format=", "HEAD", "--", ...sharedFiles]);
  return log.out;
}
