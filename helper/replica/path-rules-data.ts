import type { NodeId } from "./ids.ts";

/** What PathRules are made of, as the host collects and tells it. Paths are names joined by `/`, from the root of the work tree, which is "". Paths and texts are bytes (base/name.ts). */
export interface PathRulesData {
  /** Names that are hidden: `*` and `?` as in a shell, the whole name; with a `!` before it, never. UTF-8. Never changes within a session. */
  readonly hidden: readonly string[];
  /** What is shared although a pattern hides it: where tracked files were when sharing began. Never changes within a session. */
  readonly exempt: readonly Exempt[];
  readonly repositories: readonly Repository[];
  /** Every `.gitignore` that git would read. */
  readonly ignoreFiles: readonly IgnoreFile[];
}

/** A name in a directory, wherever that is moved. */
export interface Exempt {
  readonly dir: NodeId;
  readonly name: string;
}

/** A directory that holds `.git`: what is ignored begins anew in it. */
export interface Repository {
  readonly dir: string;
  /** Texts in the form of a `.gitignore` in `dir`, that yield to every one of these; the strongest first (info/exclude, then core.excludesFile). */
  readonly excludes: readonly string[];
  /** Paths from `dir` that are tracked although patterns match them. */
  readonly tracked: readonly string[];
}

export interface IgnoreFile {
  /** Of a directory. */
  readonly dir: string;
  readonly text: string;
}

export const nothingApartData: PathRulesData = { hidden: [], exempt: [], repositories: [], ignoreFiles: [] };
