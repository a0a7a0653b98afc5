/** A writer of a duel, as a process of its own. argv: its task as JSON. */
import { writeBranches } from "./branches.ts";
import { writeCommits } from "./commits.ts";
import { keepHouse } from "./keep.ts";
import { writeLines } from "./lines.ts";
import { writeSwaps } from "./swaps.ts";
import type { WriterTask } from "./task.ts";
import { createWriter } from "./writer.ts";

const task = JSON.parse(process.argv[2] ?? "") as WriterTask;
if (task.kind === "keep")
  await keepHouse((root) => createWriter({ ...task, root }), task.roots, task.onlyPacksRefs ?? false);
else {
  const write = { commits: writeCommits, swaps: writeSwaps, lines: writeLines, branches: writeBranches }[task.kind];
  await write(createWriter(task));
}
