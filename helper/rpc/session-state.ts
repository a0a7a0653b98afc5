/** What clients are shown, as a value with a revision. Pure. */
import type { Delta, PendingJoin, SessionCommit, SessionEvent, SessionState, SessionStatus } from "../api.ts";

export interface Held {
  readonly revision: number;
  readonly state: SessionState;
}

export type StateInput =
  | { readonly t: "event"; readonly event: SessionEvent }
  | { readonly t: "now"; readonly status: SessionStatus; readonly joins: readonly PendingJoin[] };

const mostCommits = 200;
/** Round trips are shown, and differ each time by a little. */
const roundTripStep = 5;

export function firstState(status: SessionStatus, joins: readonly PendingJoin[]): Held {
  return { revision: 1, state: { status, joins, commits: [] } };
}

/** `delta` undefined: nothing that shows has changed. */
export function next(held: Held, input: StateInput): { readonly held: Held; readonly delta: Delta | undefined } {
  const { state } = held;
  const sections = input.t === "now" ? changedNow(state, input) : changedBy(state, input.event);
  if (Object.keys(sections).length === 0) return { held, delta: undefined };
  const revision = held.revision + 1;
  return { held: { revision, state: { ...state, ...sections } }, delta: { revision, ...sections } };
}

function changedNow(
  state: SessionState,
  { status, joins }: Extract<StateInput, { t: "now" }>,
): Partial<Omit<SessionState, "commits">> {
  return {
    ...(!isSame(shown(status), shown(state.status)) && { status }),
    ...(!isSame(joins, state.joins) && { joins }),
  };
}

function changedBy({ commits }: SessionState, event: SessionEvent): Partial<Pick<SessionState, "commits">> {
  if (event.event === "commit") {
    const { event: _event, ms: _ms, ...commit } = event;
    return { commits: [{ ...commit, pushed: false }, ...commits].slice(0, mostCommits) };
  }
  if (event.event !== "git" || event.what !== "pushed") return {};
  const isPushed = (commit: SessionCommit): boolean => !commit.pushed && event.detail.endsWith(`/${commit.branch}`);
  if (!commits.some(isPushed)) return {};
  return { commits: commits.map((commit) => (isPushed(commit) ? { ...commit, pushed: true } : commit)) };
}

function shown(status: SessionStatus): SessionStatus {
  const peers = status.peers.map((peer) => ({
    ...peer,
    roundTrip: peer.roundTrip === null ? null : Math.round(peer.roundTrip / roundTripStep),
  }));
  return { ...status, memory: 0, peers };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
