/** The shapes of the contract as parsers, complete by type. */
import type {
  Answered,
  Delta,
  Greeting,
  Kept,
  Nothing,
  Notifications,
  Params,
  PeerPresence,
  PeerStatus,
  PendingJoin,
  Progress,
  RefusalData,
  Presence,
  RequestName,
  SessionCommit,
  SessionEvent,
  SessionState,
  SessionStatus,
  Transfer,
} from "../api.ts";
import { sessionErrorCodes } from "../session/errors.ts";
import type { Position, Selection } from "../peer/codec/presence.ts";
import { limits } from "../peer/protocol.ts";
import { count, figure, flag, list, oneOf, orNull, type Parser, record, text } from "./parse.ts";

/** `{}` or nothing at all; a field too many is somebody's mistake. */
export const parseNothing: Parser<Nothing> = (raw) =>
  raw === undefined || raw === null || (typeof raw === "object" && Object.keys(raw).length === 0) ? {} : undefined;

const parseGreeting = record<Greeting>({ version: figure, role: oneOf("host", "guest"), mount: text, pid: figure });

const parsePeer = record<PeerStatus>({
  peer: figure,
  name: text,
  role: oneOf("host", "guest"),
  access: oneOf("read-write", "read-only"),
  you: flag,
  state: oneOf("connected", "suspect", "reconnecting", "gone"),
  roundTrip: orNull(figure),
  protection: orNull(text),
});

export const parseStatus: Parser<SessionStatus> = record<SessionStatus>({
  role: oneOf("host", "guest"),
  folder: orNull(text),
  mount: text,
  driver: text,
  repository: text,
  state: oneOf("in sync", "pending", "offline", "ended"),
  position: figure,
  peers: list(parsePeer),
  pending: record<SessionStatus["pending"]>({ operations: figure, bytes: figure }),
  incoming: record<SessionStatus["incoming"]>({ operations: figure, bytes: figure }),
  transfers: list(
    record<Transfer>({
      what: oneOf("fetch", "serve", "snapshot"),
      path: orNull(text),
      peer: text,
      done: figure,
      total: figure,
    }),
  ),
  locks: list(record<SessionStatus["locks"][number]>({ path: text, holder: text })),
  recovered: list(
    record<SessionStatus["recovered"][number]>({ id: text, path: text, reason: text, when: text, size: figure }),
  ),
  invite: orNull(text),
  pid: figure,
  memory: figure,
});

type EventOf<E extends SessionEvent["event"]> = Extract<SessionEvent, { event: E }>;
const eventParsers: { readonly [E in SessionEvent["event"]]: Parser<EventOf<E>> } = {
  operation: record<EventOf<"operation">>(
    {
      event: oneOf("operation"),
      peer: text,
      kind: oneOf("created", "changed", "renamed", "deleted", "attributes"),
      path: text,
      from: text,
      ms: figure,
    },
    ["from"],
  ),
  commit: record<EventOf<"commit">>({
    event: oneOf("commit"),
    peer: text,
    own: flag,
    hash: text,
    old: orNull(text),
    subject: text,
    author: text,
    branch: text,
    how: text,
    at: figure,
    ms: figure,
  }),
  git: record<EventOf<"git">>({ event: oneOf("git"), peer: text, own: flag, what: text, detail: text, ms: figure }),
  peer: record<EventOf<"peer">>({
    event: oneOf("peer"),
    peer: text,
    state: oneOf("asking", "declined", "joined", "suspect", "reconnecting", "back", "left", "gone"),
  }),
  ending: record<EventOf<"ending">>({ event: oneOf("ending"), peer: text, seconds: figure }),
  recovered: record<EventOf<"recovered">>({ event: oneOf("recovered"), path: text, reason: text, id: text }),
  warning: record<EventOf<"warning">>({ event: oneOf("warning"), text }),
  ended: record<EventOf<"ended">>({ event: oneOf("ended"), reason: text }),
};

export const parseEvent: Parser<SessionEvent> = (raw) => {
  const tag = (raw as { event?: unknown } | null | undefined)?.event;
  if (typeof tag !== "string" || !Object.hasOwn(eventParsers, tag)) return undefined;
  return eventParsers[tag as SessionEvent["event"]](raw);
};

const access = oneOf("read-write", "read-only");
const parseJoins = list(record<PendingJoin>({ id: figure, name: text, fingerprint: text, wants: access, asked: flag }));
const parseCommits = list(
  record<SessionCommit>({
    hash: text,
    old: orNull(text),
    subject: text,
    author: text,
    branch: text,
    peer: text,
    own: flag,
    how: text,
    at: figure,
    pushed: flag,
  }),
);
const parseState = record<SessionState>({ status: parseStatus, joins: parseJoins, commits: parseCommits });

export const parseDelta: Parser<Delta> = record<Delta>(
  { revision: figure, status: parseStatus, joins: parseJoins, commits: parseCommits },
  ["status", "joins", "commits"],
);

const parsePosition = record<Position>({ line: count, character: count });
const presenceFields = {
  file: orNull(
    record<NonNullable<Presence["file"]>>({
      path: text,
      selections: list(record<Selection>({ anchor: parsePosition, active: parsePosition }), limits.selections),
    }),
  ),
  unsaved: list(text, limits.unsaved),
} as const;

/** Where the others are. */
export const parsePresences = record<Notifications["presence"]>({
  peers: list(record<PeerPresence>({ peer: figure, ...presenceFields })),
});

const parseSettled = record<{ readonly settled: boolean }>({ settled: flag });

export const parseKept: Parser<Kept> = record<Kept>({
  folder: text,
  files: figure,
  bytes: figure,
  commits: figure,
  note: orNull(text),
});

export const parseProgress: Parser<Progress> = record<Progress>(
  {
    step: oneOf("scan", "mount", "connect", "lobby", "snapshot", "unmount", "copy", "verify"),
    done: figure,
    total: figure,
    lobby: record<NonNullable<Progress["lobby"]>>({ host: text, repository: text, fingerprint: text }),
  },
  ["lobby"],
);

/** What each request is answered with. */
export const answerParsers: { readonly [M in RequestName]: Parser<Answered<M>> } = {
  version: parseGreeting,
  status: parseStatus,
  attach: record<Answered<"attach">>({ revision: figure, state: parseState }),
  decide: parseSettled,
  claim: parseSettled,
  setAccess: parseSettled,
  remove: parseSettled,
  recovered: record<Answered<"recovered">>({ file: orNull(text), current: orNull(text) }),
  keep: record<Answered<"keep">>({ id: orNull(text) }),
  discard: parseSettled,
  keepCopy: parseKept,
  endSoon: parseSettled,
  present: parseNothing,
  leave: parseNothing,
};

export const parseRefusal: Parser<RefusalData> = record<RefusalData>({
  code: oneOf(...sessionErrorCodes),
  detail: text,
});

/** At most an hour. */
const wholeSeconds: Parser<number> = (raw) =>
  Number.isInteger(raw) && (raw as number) >= 0 && (raw as number) <= 3600 ? (raw as number) : undefined;
const absolute: Parser<string> = (raw) => (typeof raw === "string" && raw.startsWith("/") ? raw : undefined);

/** What each request takes. */
export const paramParsers: { readonly [M in RequestName]: Parser<Params<M>> } = {
  version: parseNothing,
  status: parseNothing,
  attach: parseNothing,
  decide: record<Params<"decide">>({ id: figure, accept: flag, access }),
  claim: record<Params<"claim">>({ id: figure }),
  setAccess: record<Params<"setAccess">>({ peer: figure, access }),
  remove: record<Params<"remove">>({ peer: figure }),
  recovered: record<Params<"recovered">>({ id: text }),
  keep: record<Params<"keep">>({ path: text, bytes: text }),
  discard: record<Params<"discard">>({ id: text }),
  keepCopy: record<Params<"keepCopy">>({ folder: absolute }),
  endSoon: record<Params<"endSoon">>({ seconds: wholeSeconds }),
  present: record<Params<"present">>({ focused: flag, ...presenceFields }),
  leave: parseNothing,
};
