/**
 * What git may say in a duel, each with the reason why that is no fault. Anything else is unexplained and fails the duel.
 * The advice that git adds to a refusal belongs to it.
 */
import type { Ran } from "../../harness/run.ts";

interface Rule {
  readonly pattern: RegExp;
  /** undefined: advice or progress, not a reason. */
  readonly reason?: string;
  /** Only where the writers share one COMMIT_EDITMSG, which git writes without a lock: on a plain directory. */
  readonly sharedMessage?: true;
}

const rules: readonly Rule[] = [
  { pattern: /Unable to create '.*\.lock': File exists/, reason: "another holds the lock" },
  {
    pattern: /cannot lock ref '.*': is at [0-9a-f]+ but expected [0-9a-f]+/,
    reason: "the ref moved since it was read",
  },
  {
    pattern: /^Aborting commit due to empty commit message\.$/,
    reason: "another was writing its message",
    sharedMessage: true,
  },
  { pattern: /^fatal: gc is already running/, reason: "another gc runs" },
  // A lock is not released when an operation of its holder was refused since its last release (DESIGN 4): taking the
  // lock says EIO, renaming it says only that the file could not be set.
  {
    pattern: /^(fatal|error): .*(\.lock'|ref '|index).*: Input\/output error$/,
    reason: "an operation of this peer was refused",
  },
  { pattern: /^(fatal|error): .*couldn't set '.*'$/, reason: "an operation of this peer was refused" },
  { pattern: /^fatal: [uU]nable to write new[_ ]index[_ ]file$/, reason: "an operation of this peer was refused" },
  // prune-packed removes an empty objects/xx between the mkdir and the create of a writer, on any file system.
  { pattern: /unable to create temporary file: No such file or directory/, reason: "gc removed the object folder" },
  { pattern: /^fatal: (Unable to add .* to database|failed to write commit object)/ },
  { pattern: /^fatal: git-write-tree: error building trees/ },
  { pattern: /^error: (Error building trees|.*: failed to insert into database|unable to index file '.*')$/ },
  { pattern: /^fatal: (adding|updating) files failed$/ },
  // prune lists a directory of objects, then looks at each: a writer moves its temporary file in between, on any file system
  // (builtin/prune.c, prune_tmp_file; seen on plain ext4).
  {
    pattern: /^error: Could not stat '.*objects\/.*tmp_obj_\w+'$/,
    reason: "a writer finished an object while gc looked",
  },
  // Follows the reason of a pack-refs or reflog expire that gc ran.
  { pattern: /^(fatal|error): failed to run (pack-refs|reflog)/, reason: "a step of gc was refused" },
  { pattern: /^fatal: update_ref failed for ref '.*'/ },
  { pattern: /^Another git process seems to be running in this repository/ },
  { pattern: /^an editor opened by 'git commit'\. Please make sure all processes/ },
  { pattern: /^are terminated then try again\. If it still fails, a git process/ },
  { pattern: /^may have crashed in this repository earlier:/ },
  { pattern: /^remove the file manually to continue\./ },
];

export interface Explained {
  readonly reasons: readonly string[];
  readonly unexplained: readonly string[];
}

export function explain(ran: Ran, sharedMessage = false): Explained {
  const known = rules.filter((rule) => sharedMessage || rule.sharedMessage === undefined);
  const reasons = new Set<string>();
  const unexplained: string[] = ran.timedOut ? ["git did not return in time"] : [];
  for (const line of ran.err.split("\n").filter((text) => text !== "")) {
    const rule = known.find(({ pattern }) => pattern.test(line));
    if (rule === undefined) unexplained.push(line);
    else if (rule.reason !== undefined) reasons.add(rule.reason);
  }
  if (ran.code !== 0 && reasons.size === 0 && unexplained.length === 0)
    unexplained.push(`exit ${ran.code}: ${ran.out}`);
  return { reasons: [...reasons], unexplained };
}

/**
 * `git commit` found nothing to do: its status goes to stdout. A plain commit compares index and HEAD without a lock and then
 * prints the status of a second look: if a peer committed in between, it names changes instead of saying "nothing".
 */
export function foundNothing(ran: Ran): boolean {
  return ran.code === 1 && ran.err === "" && ran.out.startsWith("On branch ");
}
