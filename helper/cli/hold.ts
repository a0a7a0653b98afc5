/** A session in the foreground: begins, can be found and asked over its socket, ends by signal, `leave` or by itself. */
import { Disposables } from "../base/disposable.ts";
import { systemTimers } from "../base/system-timers.ts";
import { type RpcServer, type RpcService, startRpcServer } from "../rpc/server.ts";
import type { JoinDecision, PeerStatus, Progress, Session, SessionEvent } from "../session/api.ts";
import { cancelled } from "../session/errors.ts";
import type { Lobby } from "../session/lobby.ts";
import type { Registry } from "../session/registry.ts";
import { deferred } from "./deferred.ts";
import { exit } from "./exit-codes.ts";
import { type IdleOptions, watchIdle } from "./idle.ts";
import type { CliPorts } from "./ports.ts";
import type { SessionView, Started } from "./view.ts";

export interface HeldSession {
  readonly start: (tell: {
    readonly onEvent: (event: SessionEvent) => void;
    readonly onProgress: (progress: Progress) => void;
    readonly onPresence: () => void;
    readonly signal: AbortSignal;
  }) => Promise<Session>;
  readonly view: SessionView;
  readonly registry: Registry;
  readonly lobby: Lobby;
  /** Minutes without any use after which the session ends by itself; 0: never. */
  readonly idleMinutes: number;
  /** Exit code when the session ends without having been asked to. */
  readonly endedByItself: number;
}

/** How long a signal waits for a session that is still beginning, so that it can be ended in order. */
const startGraceMs = 3000;

export async function holdSession(ports: CliPorts, held: HeldSession): Promise<number> {
  const { view, registry } = held;
  const stop = deferred<"asked" | "idle">();
  const beginning = new AbortController();
  const over = deferred<void>();
  const ends = new Disposables();
  ends.add({ dispose: () => view.close() });
  const onStop = (): void => {
    stop.resolve("asked");
    beginning.abort();
  };
  ends.add({ dispose: onStopSignals(ports, onStop) });
  let server: RpcServer | undefined;
  let toldEnd = false;
  const before: SessionEvent[] = [];
  const onEvent = (event: SessionEvent): void => {
    toldEnd ||= event.event === "ended";
    view.event(event);
    if (server === undefined) before.push(event);
    else server.publish(event);
  };

  try {
    const onProgress = (progress: Progress): void => view.progress(progress);
    const onPresence = (): void => server?.moved();
    const session = await inTime(
      held.start({ onEvent, onProgress, onPresence, signal: beginning.signal }),
      beginning.signal,
    );
    if (session !== undefined) ends.add({ dispose: () => session.dispose() });
    if (session === undefined || beginning.signal.aborted) throw cancelled();
    const socket = registry.socketFor(ports.pid);
    const leave = (): Promise<void> => {
      stop.resolve("asked");
      return over.promise;
    };
    server = ends.add(await startRpcServer(socket, serviceOf(session, held.lobby, leave), before));
    const status = session.status();
    const entry = { role: status.role, mount: session.mount, folder: status.folder, pid: ports.pid };
    ends.add(await registry.register(socket, entry));
    if (held.idleMinutes > 0)
      ends.add(
        watchIdle({ timers: systemTimers, ...idleOf(session, server, held.idleMinutes, () => stop.resolve("idle")) }),
      );
    view.started(startedOf(session, { socket, pid: ports.pid, role: status.role }));

    const why = await Promise.race([stop.promise, session.ended.then((reason) => ({ reason }))]);
    await session.dispose();
    if (!toldEnd) onEvent({ event: "ended", reason: typeof why === "object" ? why.reason : endings[why] });
    return typeof why === "object" ? held.endedByItself : exit.fine;
  } finally {
    over.resolve();
    await ends.dispose();
  }
}

const endings = { asked: "left", idle: "nobody used it any more" } as const;

function idleOf(session: Session, server: RpcServer, minutes: number, onIdle: () => void): Omit<IdleOptions, "timers"> {
  const isGuestHere = ({ role, you, state }: PeerStatus): boolean => role === "guest" && !you && state !== "gone";
  return {
    idleMs: minutes * 60_000,
    activity: () => session.activity(),
    isUsed: () => server.clients > 0 || (session.invite !== null && session.status().peers.some(isGuestHere)),
    onIdle,
  };
}

function serviceOf(session: Session, lobby: Lobby, leave: () => Promise<void>): RpcService {
  return {
    status: () => session.status(),
    joins: () => lobby.waiting(),
    decide({ id, accept, access }) {
      const decision: JoinDecision = accept ? { accept, access } : { accept, reason: "" };
      return { settled: lobby.decide(id, decision) };
    },
    setAccess: ({ peer, access }) => ({ settled: session.setAccess(peer, access) }),
    remove: ({ peer }) => ({ settled: session.remove(peer) }),
    recovered: ({ id }) => session.recovered(id),
    keep: ({ path, bytes }) => ({ id: session.keep(path, Buffer.from(bytes, "base64")) }),
    present: (presence) => session.present(presence),
    presences: () => session.presences(),
    discard: ({ id }) => ({ settled: session.discard(id) }),
    endSoon({ seconds }) {
      const due = session.endSoon(seconds);
      // By then nobody has to ask any more.
      void due?.then(leave);
      return { settled: due !== undefined };
    },
    keepCopy: ({ folder }, asking) => session.keepCopy(folder, asking),
    leave,
  };
}

function onStopSignals(ports: CliPorts, stop: () => void): () => void {
  let signals = 0;
  return ports.onSignal(() => {
    signals += 1;
    if (signals === 1) stop();
    else ports.exitNow(exit.forced);
  });
}

/** Undefined: it was cancelled, and did not end in order soon enough. */
async function inTime(starting: Promise<Session>, cancel: AbortSignal): Promise<Session | undefined> {
  const grace = deferred<undefined>();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => void (timer = setTimeout(() => grace.resolve(undefined), startGraceMs));
  cancel.addEventListener("abort", wait);
  try {
    return await Promise.race([starting, grace.promise]);
  } finally {
    cancel.removeEventListener("abort", wait);
    clearTimeout(timer);
  }
}

/** How many hidden files are named. */
const namedHidden = 5;

function startedOf(session: Session, about: { socket: string; pid: number; role: "host" | "guest" }): Started {
  const { socket, pid, role } = about;
  if (role === "guest") return { event: "joined", mount: session.mount, pid, socket };
  const { mount, invite, port, apart } = session;
  const files = apart?.hidden ?? [];
  const hidden = { count: files.length, first: files.slice(0, namedHidden) };
  return { event: "shared", mount, invite, pid, socket, port, hidden, ignored: apart?.ignored ? "apart" : "shared" };
}
