/** How soon one sees what the other does: a commit, a save, what is staged. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Window } from "../../harness/workbench/window.ts";
import { mustGit, type GitAt } from "../../harness/git.ts";
import type { Row } from "../row.ts";
import { milliseconds, percentile } from "../stats.ts";
import type { Pair } from "./desk.ts";
import { untilShown } from "./shown.ts";

const file = "bench.txt";
/** VS Code gathers what comes at once: each is to be the only one. */
const betweenMs = 500;
const mostCommitMs = 300;
const moreThanPlainMs = 60;
const mostStageMs = 1000;

export async function benchCommits({ guest, folder }: Pair, rounds: number): Promise<Row> {
  const at = { root: folder, name: "ada" };
  await guest.window.views.open("Pairmount");
  const samples: number[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    await pause(betweenMs);
    const row = { selector: '.pane:has(.pane-header[aria-label^="Commits"]) .label-name', text: `Commit ${n}.` };
    samples.push(
      await untilShown(guest.window.page, row, async () => {
        await mustGit(at, ["commit", "-q", "--allow-empty", "-m", `Commit ${n}.`]);
        return performance.now();
      }),
    );
  }
  return rowOf({ what: "`git commit` returned at A → its row in B's Commits tree", samples, most: mostCommitMs });
}

/**
 * On ext4 it is the same: two windows of the same two workbenches, one saves and the other shows. Their own ways, a save's and a
 * watcher's, are thus in both figures. The clock starts before the key is pressed.
 */
export async function benchSaves({ workbenches, host, guest, folder, plain }: Pair, rounds: number): Promise<Row> {
  for (const root of [folder, plain]) writeFileSync(join(root, file), "nothing yet\n");
  const shared: Sight = { by: host.window, at: guest.window };
  const beside: Sight = {
    by: await workbenches.open(host.workbench, plain),
    at: await workbenches.open(guest.workbench, plain),
  };
  for (const window of [shared, beside].flatMap(({ by, at }) => [by, at])) {
    await window.views.open("Explorer");
    await window.explorer.open(file);
    await window.editor.of(file).waitFor();
  }
  const samples: number[] = [];
  const plainSamples: number[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const ours = async (): Promise<void> => void samples.push(await savedUntilShown(shared, `saved ${n}.`));
    const plains = async (): Promise<void> => void plainSamples.push(await savedUntilShown(beside, `written ${n}.`));
    for (const sample of n % 2 === 0 ? [ours, plains] : [plains, ours]) await sample();
  }
  for (const window of [beside.by, beside.at]) await window.page.context().close();
  const counted = plainSamples.slice(1);
  const baseline = percentile(counted, 0.95);
  return rowOf({
    what: "saved in A's editor → text in B's open editor",
    samples,
    most: baseline + moreThanPlainMs,
    baseline: `both windows on ext4: p50 ${milliseconds(percentile(counted, 0.5))}, p95 ${milliseconds(baseline)}`,
    aim: `p95 ≤ ext4's + ${moreThanPlainMs} ms`,
  });
}

/** The same file open in both. */
interface Sight {
  readonly by: Window;
  readonly at: Window;
}

async function savedUntilShown({ by, at }: Sight, text: string): Promise<number> {
  await pause(betweenMs);
  await by.editor.replace(file, text);
  const time = await untilShown(at.page, linesWith(text), async () => await pressSave(by));
  await by.editor.tab(file).and(by.page.locator(":not(.dirty)")).waitFor();
  return time;
}

export async function benchStaging({ host, guest, folder }: Pair, rounds: number): Promise<Row> {
  const at = { root: folder, name: "ada" };
  writeFileSync(join(folder, file), "to be staged\n");
  await mustGit(at, ["add", file]);
  await mustGit(at, ["commit", "-q", "-m", "A file to stage"]);
  await host.window.views.open("Explorer");
  await guest.window.sourceControl.open();
  writeFileSync(join(folder, file), "staged and unstaged\n");
  await guest.window.sourceControl.change(file).waitFor();
  const samples: number[] = [];
  for (let n = 0; n <= rounds; n += 1) samples.push(await stagedUntilShown(guest.window, at));
  await mustGit(at, ["reset", "-q", "--hard"]);
  return rowOf({
    what: "`git add` returned at A → Staged Changes in B's Source Control",
    samples,
    most: mostStageMs,
  });
}

async function stagedUntilShown({ page }: Window, at: GitAt): Promise<number> {
  const group = { selector: ".scm-view .monaco-list-row", text: "Staged Changes" };
  const time = await untilShown(page, group, async () => {
    await mustGit(at, ["add", file]);
    return performance.now();
  });
  await mustGit(at, ["reset", "-q", "--", file]);
  await page.locator(group.selector, { hasText: group.text }).waitFor({ state: "hidden" });
  return time;
}

async function pressSave({ page }: Window): Promise<number> {
  const from = performance.now();
  await page.keyboard.press("Control+S");
  return from;
}

function linesWith(text: string): { readonly selector: string; readonly text: string } {
  return { selector: `.monaco-editor[data-uri$="/${file}"] .view-line`, text };
}

/** The first sample, for which the view has only just been opened, is not counted. */
function rowOf(options: {
  readonly what: string;
  readonly samples: readonly number[];
  readonly most: number;
  readonly baseline?: string;
  readonly aim?: string;
}): Row {
  const { what, most } = options;
  const samples = options.samples.slice(1);
  const p95 = percentile(samples, 0.95);
  return {
    what,
    measured: `${samples.length} samples`,
    baseline: options.baseline ?? "–",
    figure: `p50 ${milliseconds(percentile(samples, 0.5))}, p95 ${milliseconds(p95)}`,
    atLeast: options.aim ?? `p95 ≤ ${milliseconds(most)}`,
    good: p95 <= most,
  };
}
