/** A session without a mount, and a terminal that remembers: for the command line's tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliPorts } from "../../../helper/cli/ports.ts";
import type {
  JoinDecision,
  JoinRequest,
  Session,
  SessionEvent,
  SessionStatus,
  ShareOptions,
} from "../../../helper/session/api.ts";
import { SessionError } from "../../../helper/session/errors.ts";

export const statusOfFake: SessionStatus = {
  role: "host",
  folder: "/work/app",
  mount: "/work/app",
  driver: "kernel",
  repository: "app",
  state: "in sync",
  position: 42,
  peers: [
    {
      peer: 0,
      name: "ada",
      role: "host",
      access: "read-write",
      you: true,
      state: "connected",
      roundTrip: null,
      protection: null,
    },
    {
      peer: 1,
      name: "ben",
      role: "guest",
      access: "read-only",
      you: false,
      state: "connected",
      roundTrip: 0.4,
      protection: "X25519",
    },
  ],
  pending: { operations: 0, bytes: 0 },
  incoming: { operations: 0, bytes: 0 },
  transfers: [],
  locks: [{ path: ".git/index.lock", holder: "ben" }],
  recovered: [{ id: "r1", path: "a.txt", reason: "lost a race", when: "2026-01-01T00:00:00Z", size: 12 }],
  invite: "PM1-abc",
  pid: 77,
  memory: 50_000_000,
};

export interface World {
  readonly ports: CliPorts;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves once the output holds `part`. */
  readonly says: (part: string) => Promise<void>;
  readonly signal: (name?: NodeJS.Signals) => void;
  readonly tell: (event: SessionEvent) => void;
  readonly end: (reason: string) => void;
  readonly asks: (request: Omit<JoinRequest, "signal">) => Promise<JoinDecision>;
  readonly disposals: () => number;
  readonly exits: readonly number[];
  readonly close: () => void;
}

export interface WorldOptions {
  readonly interactive?: boolean;
  readonly input?: readonly string[];
  /** After `input` nothing is typed; otherwise the input ends. */
  readonly waitsForInput?: boolean;
  readonly neverStarts?: boolean;
  /** Too late to be cancelled: it has begun all the same. */
  readonly startsWhenCancelled?: boolean;
  readonly fails?: Error;
  /** A copy goes on until it is cancelled. */
  readonly neverKeeps?: boolean;
  readonly role?: "host" | "guest";
  readonly hidden?: readonly string[];
  readonly runtime?: string;
  readonly pid?: number;
}

export function createWorld(options: WorldOptions = {}): World {
  const runtime = options.runtime ?? mkdtempSync(join(tmpdir(), "pm-cli-"));
  const pid = options.pid ?? process.pid;
  let out = "";
  let err = "";
  let disposed = 0;
  const exits: number[] = [];
  const input = [...(options.input ?? [])];
  const heard = new Set<() => void>();
  const signals = new Set<(signal: NodeJS.Signals) => void>();
  let given: ShareOptions | undefined;
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const session: Session = {
    mount: "/work/app",
    invite: "PM1-abc",
    port: 4711,
    apart: options.role === "guest" ? null : { hidden: options.hidden ?? [".env", "keys/a.pem"], ignored: true },
    status: () => ({ ...statusOfFake, pid, role: options.role ?? "host" }),
    activity: () => 0,
    setAccess: () => true,
    remove: () => true,
    recovered: () => ({ file: null, current: null }),
    keep: () => null,
    discard: () => false,
    endSoon: () => (options.role === "guest" ? undefined : Promise.resolve()),
    keepCopy: (folder, { onProgress, signal }) => {
      onProgress({ step: "copy", done: 1000, total: 2000 });
      if (options.neverKeeps === true)
        return new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(new SessionError("cancelled", "no copy was kept"))),
        );
      if (folder.endsWith("/full")) return Promise.reject(new SessionError("keep-target", `${folder} is not empty`));
      return Promise.resolve({ folder, files: 3, bytes: 2000, commits: 2, note: null });
    },
    present: () => undefined,
    presences: () => [],
    ended,
    dispose: async () => {
      disposed += 1;
      await Promise.resolve();
    },
  };
  const begin = async (from: ShareOptions): Promise<Session> => {
    given = from;
    from.onProgress?.({ step: "scan", done: 5, total: 10 });
    if (options.fails !== undefined) throw options.fails;
    if (options.neverStarts === true) return await new Promise<Session>(() => undefined);
    if (options.startsWhenCancelled === true)
      await new Promise((resolve) => from.signal?.addEventListener("abort", resolve));
    from.onEvent({ event: "warning", text: "two programs sit in the folder" });
    return session;
  };
  const ports: CliPorts = {
    share: begin,
    join: (from) =>
      begin({
        ...from,
        folder: "",
        access: "read-write",
        port: 0,
        hide: [],
        shareIgnored: false,
        decide: () => Promise.reject(new Error("no host")),
      }),
    hiddenIn: (folder, hide) => Promise.resolve(hide.map((pattern) => `${folder}:${pattern}`)),
    diagnose: () =>
      Promise.resolve([{ name: "/dev/fuse", state: "failed", detail: "is missing", mend: "modprobe fuse" }]),
    terminal: {
      out: (text) => {
        out += text;
        for (const call of heard) call();
      },
      err: (text) => {
        err += text;
      },
      watched: false,
      asks: options.interactive ?? false,
      columns: 100,
      readLine: (signal) =>
        new Promise((resolve) => {
          if (input.length > 0 || options.waitsForInput !== true) return resolve(input.shift());
          signal.addEventListener("abort", () => resolve(undefined));
        }),
    },
    env: { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: join(runtime, "state") },
    cwd: "/work",
    pid,
    uid: process.getuid?.() ?? 0,
    program: "",
    version: "0.0.0-test",
    onSignal: (call) => {
      signals.add(call);
      return () => signals.delete(call);
    },
    exitNow: (code) => exits.push(code),
    now: () => new Date(2026, 0, 2, 14, 3, 22, 125),
  };
  return {
    ports,
    out: () => out,
    err: () => err,
    says: (part) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!out.includes(part)) return;
          heard.delete(look);
          resolve();
        };
        heard.add(look);
        look();
      }),
    signal: (name = "SIGTERM") => {
      for (const call of signals) call(name);
    },
    tell: (event) => given?.onEvent(event),
    end: (reason) => end(reason),
    asks: (request) =>
      given?.decide({ ...request, signal: new AbortController().signal }) ??
      Promise.reject(new Error("nothing was shared")),
    disposals: () => disposed,
    exits,
    close: () => rmSync(runtime, { recursive: true, force: true }),
  };
}
