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

/** The clock starts before the key is pressed at A, and before the other process writes the plain file. */
export async function benchSaves(pair: Pair, rounds: number): Promise<Row> {
  const { workbenches, host, guest, folder, plain } = pair;
  for (const root of [folder, plain]) writeFileSync(join(root, file), "nothing yet\n");
  const beside = await workbenches.open(guest.workbench, plain);
  for (const window of [host.window, guest.window, beside]) {
    await window.views.open("Explorer");
    await window.explorer.open(file);
    await window.editor.of(file).waitFor();
  }
  const samples: number[] = [];
  const plainSamples: number[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    await pause(betweenMs);
    await host.window.editor.replace(file, `saved ${n}.`);
    samples.push(
      await untilShown(guest.window.page, linesWith(`saved ${n}.`), async () => await pressSave(host.window)),
    );
    await host.window.editor.tab(file).and(host.window.page.locator(":not(.dirty)")).waitFor();
    plainSamples.push(
      await untilShown(beside.page, linesWith(`written ${n}.`), async () => {
        const from = performance.now();
        writeFileSync(join(plain, file), `written ${n}.`);
        return await Promise.resolve(from);
      }),
    );
  }
  await beside.page.context().close();
  const counted = plainSamples.slice(1);
  const baseline = percentile(counted, 0.95);
  return rowOf({
    what: "saved in A's editor → text in B's open editor",
    samples,
    most: baseline + moreThanPlainMs,
    baseline: `the same editor on ext4: p50 ${milliseconds(percentile(counted, 0.5))}, p95 ${milliseconds(baseline)}`,
    aim: `p95 ≤ ext4's + ${moreThanPlainMs} ms`,
  });
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
