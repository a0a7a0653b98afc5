/** A session in the foreground: begins, can be found and asked over its socket, ends by signal, `leave` or by itself. */
import { Disposables } from "../base/disposable.ts";
import { type RpcServer, type RpcService, startRpcServer } from "../rpc/server.ts";
import type { JoinDecision, Progress, Session, SessionEvent } from "../session/api.ts";
import type { Lobby } from "../session/lobby.ts";
import type { Registry } from "../session/registry.ts";
import { deferred } from "./deferred.ts";
import { exit } from "./exit-codes.ts";
import type { CliPorts } from "./ports.ts";
import type { SessionView, Started } from "./view.ts";

export interface HeldSession {
  readonly start: (tell: {
    readonly onEvent: (event: SessionEvent) => void;
    readonly onProgress: (progress: Progress) => void;
  }) => Promise<Session>;
  readonly view: SessionView;
  readonly registry: Registry;
  readonly lobby: Lobby;
  /** Exit code when the session ends without having been asked to. */
  readonly endedByItself: number;
}

/** How long a signal waits for a session that is still beginning, so that it can be ended in order. */
const startGraceMs = 3000;

export async function holdSession(ports: CliPorts, held: HeldSession): Promise<number> {
  const { view, registry } = held;
  const stop = deferred<"asked">();
  const over = deferred<void>();
  const ends = new Disposables();
  ends.add({ dispose: () => view.close() });
  ends.add({ dispose: onStopSignals(ports, () => stop.resolve("asked")) });
  let server: RpcServer | undefined;
  let toldEnd = false;
  const onEvent = (event: SessionEvent): void => {
    toldEnd ||= event.event === "ended";
    view.event(event);
    server?.publish(event);
  };

  try {
    const session = await beginOrStop(
      held.start({ onEvent, onProgress: (progress) => view.progress(progress) }),
      stop.promise,
    );
    if (session === undefined) return exit.forced;
    ends.add({ dispose: () => session.dispose() });
    const socket = registry.socketFor(ports.pid);
    const leave = (): Promise<void> => {
      stop.resolve("asked");
      return over.promise;
    };
    server = ends.add(await startRpcServer(socket, serviceOf(session, held.lobby, leave)));
    const status = session.status();
    const entry = { role: status.role, mount: session.mount, folder: status.folder, pid: ports.pid };
    ends.add(await registry.register(socket, entry));
    view.started(startedOf(session, { socket, pid: ports.pid, role: status.role }));

    const why = await Promise.race([stop.promise, session.ended.then((reason) => ({ reason }))]);
    await session.dispose();
    if (!toldEnd) onEvent({ event: "ended", reason: why === "asked" ? "left" : why.reason });
    return why === "asked" ? exit.fine : held.endedByItself;
  } finally {
    over.resolve();
    await ends.dispose();
  }
}

function serviceOf(session: Session, lobby: Lobby, leave: () => Promise<void>): RpcService {
  return {
    status: () => session.status(),
    joins: () => lobby.waiting(),
    decide({ id, accept, access }) {
      const decision: JoinDecision = accept ? { accept, access } : { accept, reason: "the host said no" };
      return { settled: lobby.decide(id, decision) };
    },
    setAccess: ({ peer, access }) => ({ settled: session.setAccess(peer, access) }),
    remove: ({ peer }) => ({ settled: session.remove(peer) }),
    recovered: ({ id }) => session.recovered(id),
    discard: ({ id }) => ({ settled: session.discard(id) }),
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

/** Undefined: a signal came while the session was beginning, and it did not begin soon enough to be ended in order. */
async function beginOrStop(starting: Promise<Session>, stop: Promise<unknown>): Promise<Session | undefined> {
  const grace = deferred<undefined>();
  let timer: NodeJS.Timeout | undefined;
  void stop.then(() => {
    timer = setTimeout(() => grace.resolve(undefined), startGraceMs);
  });
  try {
    return await Promise.race([starting, grace.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function startedOf(session: Session, about: { socket: string; pid: number; role: "host" | "guest" }): Started {
  const { socket, pid, role } = about;
  if (role === "guest") return { event: "joined", mount: session.mount, pid, socket };
  return { event: "shared", mount: session.mount, invite: session.invite, pid, socket, port: session.port };
}
