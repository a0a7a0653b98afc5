/** What each peer sees of a repository, and how two such views differ. */
import { childProgram } from "./child.ts";
import type { GitAt } from "./git.ts";
import { mustRun } from "./run.ts";

export interface Survey {
  readonly name: string;
  /** The branch HEAD names, and the commit. */
  readonly head: string;
  readonly commit: string;
  readonly refs: string;
  /** `ls-files -s` */
  readonly index: string;
  readonly status: string;
  /** Every file outside git dirs: executable or not, and its hash. */
  readonly files: Readonly<Record<string, string>>;
  /** Every `*.lock`, in and out of git dirs. */
  readonly locks: readonly string[];
  /** With "fsck" only: all commits from any ref, and what fsck complains about. */
  readonly reachable: readonly string[];
  readonly fsck: string;
  /** The content of the files asked for. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface SurveyDepth {
  readonly depth: "quick" | "fsck";
  readonly texts?: readonly string[];
}

export async function surveyOf(at: GitAt, { depth, texts = [] }: SurveyDepth): Promise<Survey> {
  const program = await childProgram("test/harness/survey-main.ts");
  return JSON.parse(await mustRun(process.execPath, [program, at.root, at.name, depth, ...texts])) as Survey;
}

/** Sentences; none when the two are the same. */
export function differences(a: Survey, b: Survey): readonly string[] {
  const found: string[] = [];
  for (const what of ["head", "commit", "refs", "index", "status"] as const) {
    if (a[what] !== b[what]) found.push(`${what} of ${a.name} and ${b.name}: ${firstDifference(a[what], b[what])}`);
  }
  for (const path of new Set([...Object.keys(a.files), ...Object.keys(b.files)])) {
    if (a.files[path] === b.files[path]) continue;
    found.push(`${path}: ${a.files[path] ?? "absent"} at ${a.name}, ${b.files[path] ?? "absent"} at ${b.name}`);
  }
  return found;
}

/** Surveys all peers until they agree; at the deadline, as they then are. Far peers are a prefix behind, never for long. */
export async function surveyAll(
  peers: readonly GitAt[],
  options: SurveyDepth & { readonly settleMs: number },
): Promise<readonly Survey[]> {
  const deadline = Date.now() + options.settleMs;
  for (;;) {
    const surveys: Survey[] = [];
    for (const peer of peers) surveys.push(await surveyOf(peer, options));
    const [first, ...others] = surveys;
    const agree = first !== undefined && others.every((other) => differences(first, other).length === 0);
    if (agree || Date.now() > deadline) return surveys;
  }
}

function firstDifference(a: string, b: string): string {
  const left = a.split("\n");
  const right = b.split("\n");
  const i = left.findIndex((line, at) => line !== right[at]);
  const at = i < 0 ? left.length : i;
  return `"${left[at] ?? ""}" / "${right[at] ?? ""}"`;
}
