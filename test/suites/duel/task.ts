/** What a duel is made of: the kinds, what a writer process is told, and what it reports, one JSON object a line. */

/**
 * commits   all commit on one branch of one work tree, each its own file
 * swaps     all compare-and-swap one ref
 * lines     all edit shared files and `commit -a`
 * branches  each commits on its own branch while a keeper repacks, packs refs and gcs, at each peer in turn
 */
export type DuelKind = "commits" | "swaps" | "lines" | "branches";
export const duelKinds: readonly DuelKind[] = ["commits", "swaps", "lines", "branches"];

export interface WriterTask {
  readonly kind: DuelKind | "keep";
  readonly name: string;
  readonly root: string;
  /** For the keeper: where it works, in turn. */
  readonly roots: readonly string[];
  /** For the keeper: nothing but pack-refs, without a rest. Where that may lose, it loses soonest. */
  readonly onlyPacksRefs?: boolean;
  /** All writers share one COMMIT_EDITMSG: they are on one plain directory. */
  readonly sharedMessage?: boolean;
  /** Acknowledged commits or swaps to reach; the keeper goes on until its stdin ends. */
  readonly quota: number;
  readonly seed: number;
  /** Gives up after this time: what it reached counts. */
  readonly limitMs: number;
}

export type Report =
  /** git printed this hash as committed, or said that the ref now holds it. */
  | { readonly t: "acknowledged"; readonly hash: string }
  /** The commit holds this line: see lines.ts. */
  | { readonly t: "line"; readonly file: string; readonly line: string; readonly hash: string }
  /** git said no, and why is known. */
  | { readonly t: "refused"; readonly reason: string }
  /** git said something that no rule explains. */
  | { readonly t: "unexplained"; readonly text: string }
  /** A peer's commit took this writer's change along. */
  | { readonly t: "swallowed" }
  /** A save did not stay in the work tree, before any commit held it: it was made again. */
  | { readonly t: "edit lost" }
  | { readonly t: "round" };

/** The counter of the swaps duel. */
export const counterRef = "refs/duel/counter";
export const sharedFiles: readonly string[] = ["shared/0.txt", "shared/1.txt", "shared/2.txt"];
export const ownFile = (name: string): string => `own/${name}.txt`;

/** What one writer said in its whole life. */
export interface Told {
  readonly name: string;
  /** 0 for the keeper. */
  readonly quota: number;
  readonly reports: readonly Report[];
}
