/** Which commits of others this workspace's user has not seen. Pure. */
import { fromJson, list, orNull, record, type SessionCommit, text } from "./helper-edge.ts";

/** Survives the window: all up to `last` are seen, and of those after it the opened ones. Hashes. */
export interface Seen {
  readonly last: string | null;
  readonly opened: readonly string[];
}

export interface SeenCommits {
  readonly seen: Seen;
  /** The view is visible, and its window in focus. */
  readonly looking: boolean;
  readonly newest: string | null;
  /** Counted by the badge. */
  readonly unseen: readonly string[];
  /** Were unseen when the user began to look, and stay marked until that ends, or they are opened. */
  readonly fresh: readonly string[];
}

export type SeenInput =
  | { readonly t: "commits"; readonly commits: readonly SessionCommit[] }
  | { readonly t: "look"; readonly looking: boolean }
  | { readonly t: "opened"; readonly hash: string };

export function beginSeen(seen: Seen): SeenCommits {
  return { seen, looking: false, newest: null, unseen: [], fresh: [] };
}

/** The same value where nothing changes. */
export function nextSeen(state: SeenCommits, input: SeenInput): SeenCommits {
  switch (input.t) {
    case "commits":
      return withCommits(state, input.commits);
    case "look":
      return input.looking === state.looking ? state : looked(state, input.looking);
    case "opened": {
      const { hash } = input;
      const isUnseen = state.unseen.includes(hash);
      if (!isUnseen && !state.fresh.includes(hash)) return state;
      const opened = isUnseen ? [...state.seen.opened, hash] : state.seen.opened;
      return {
        ...state,
        seen: { ...state.seen, opened },
        unseen: without(state.unseen, hash),
        fresh: without(state.fresh, hash),
      };
    }
  }
}

export function isMarked({ unseen, fresh }: SeenCommits, hash: string): boolean {
  return unseen.includes(hash) || fresh.includes(hash);
}

/** Newest first. Where the last one seen is not among them, another session began, or many were made meanwhile: none of them was seen. */
function withCommits(state: SeenCommits, commits: readonly SessionCommit[]): SeenCommits {
  const newest = commits[0]?.hash ?? null;
  const end = commits.findIndex(({ hash }) => hash === state.seen.last);
  const unseen = commits
    .slice(0, end === -1 ? commits.length : end)
    .filter(({ own, hash }) => !own && !state.seen.opened.includes(hash))
    .map(({ hash }) => hash);
  const fresh = state.fresh.filter((hash) => commits.some((commit) => commit.hash === hash));
  // One sees it appear.
  if (state.looking) return { ...state, seen: seenUpTo(newest, state.seen), newest, unseen: [], fresh };
  return { ...state, newest, unseen, fresh };
}

function looked(state: SeenCommits, looking: boolean): SeenCommits {
  if (!looking) return { ...state, looking, fresh: [] };
  return { ...state, looking, seen: seenUpTo(state.newest, state.seen), unseen: [], fresh: state.unseen };
}

function seenUpTo(newest: string | null, before: Seen): Seen {
  return newest === null || newest === before.last ? before : { last: newest, opened: [] };
}

function without(hashes: readonly string[], hash: string): readonly string[] {
  return hashes.filter((each) => each !== hash);
}

const parse = record<Seen>({ last: orNull(text), opened: list(text) });

/** What was stored by `seenToJson`, perhaps by another version: then nothing was seen. */
export function seenFromJson(json: string): Seen {
  return fromJson(json, parse) ?? { last: null, opened: [] };
}

export function seenToJson(seen: Seen): string {
  return JSON.stringify(seen);
}
