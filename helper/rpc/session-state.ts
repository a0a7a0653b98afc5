/** What clients are shown: what of it changed, and what an event makes of the commits. Pure. */
import type { SessionCommit, SessionEvent, SessionState, SessionStatus } from "../api.ts";

/** The sections that changed. */
export type Sections = Partial<SessionState>;

const mostCommits = 200;
/** Round trips are shown, and differ each time by a little. */
const roundTripStep = 5;

/** Undefined: nothing that shows has changed since `shown` was told. */
export function changesOf(shown: SessionState, now: SessionState): Sections | undefined {
  const sections: Sections = {
    ...(!isSame(asShown(shown.status), asShown(now.status)) && { status: now.status }),
    ...(!isSame(shown.joins, now.joins) && { joins: now.joins }),
    ...(shown.commits !== now.commits && { commits: now.commits }),
  };
  return Object.keys(sections).length === 0 ? undefined : sections;
}

/** Newest first. The same list where the event says nothing of commits. */
export function commitsAfter(commits: readonly SessionCommit[], event: SessionEvent): readonly SessionCommit[] {
  if (event.event === "commit") {
    const { event: _event, ms: _ms, ...commit } = event;
    return [{ ...commit, pushed: false }, ...commits].slice(0, mostCommits);
  }
  if (event.event !== "git" || event.what !== "pushed") return commits;
  const branch = branchOf(event.detail);
  const isPushed = (commit: SessionCommit): boolean => !commit.pushed && commit.branch === branch;
  if (!commits.some(isPushed)) return commits;
  return commits.map((commit) => (isPushed(commit) ? { ...commit, pushed: true } : commit));
}

/** `origin/feature/x` is a remote's `feature/x`. */
function branchOf(remoteBranch: string): string {
  return remoteBranch.slice(remoteBranch.indexOf("/") + 1);
}

function asShown(status: SessionStatus): SessionStatus {
  const peers = status.peers.map((peer) => ({
    ...peer,
    roundTrip: peer.roundTrip === null ? null : Math.round(peer.roundTrip / roundTripStep),
  }));
  return { ...status, memory: 0, peers };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
