/** A window with the extension in it, and a session that it can find: a real socket, and no mount. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, vi } from "vitest";
import { activate } from "../../../extension/extension.ts";
import type {
  Asking,
  Kept,
  PeerPresence,
  PendingJoin,
  Presence,
  SessionEvent,
  SessionStatus,
} from "../../../helper/api.ts";
import { type RpcServer, type RpcService, startRpcServer } from "../../../helper/rpc/server.ts";
import { openRegistry } from "../../../helper/session/registry.ts";
import { fake, type Shown, Uri } from "../../harness/fake-vscode.ts";
import { aState } from "./samples.ts";

export interface Helper {
  readonly socket: string;
  readonly asked: (readonly unknown[])[];
  status: SessionStatus;
  joins: readonly Omit<PendingJoin, "asked">[];
  /** What requests that settle something answer. */
  settled: boolean;
  /** How a copy fares. */
  copy: (folder: string, asking: Asking) => Promise<Kept>;
  /** Where the recovered version lies. */
  kept: string;
  tell(event: SessionEvent): void;
  /** What the window said of itself, latest last. */
  readonly presented: Presence[];
  /** Where the others are from now on. */
  others(peers: readonly PeerPresence[]): void;
  /** As a crash: the socket closes without a word. */
  crash(): Promise<void>;
}

export interface Another {
  readonly fake: typeof fake;
  close(): void;
}

export interface Desk {
  readonly folder: string;
  /** Survive the window. */
  readonly stored: Map<string, unknown>;
  /** What the helper's program prints, whatever it is run with. */
  program(...lines: readonly object[]): void;
  /** What it was last run with. */
  ran(): readonly string[];
  share(status?: Partial<SessionStatus>): Promise<Helper>;
  /** Opens a window on these folders; a window that was open is closed. */
  open(...folders: readonly string[]): void;
  /** Beside it one in an editor of its own, out of focus. */
  openAnother(...folders: readonly string[]): Promise<Another>;
  end(): Promise<void>;
}

/** Not removed before: a window that was just closed may still look for its session there. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function createDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), "pm-window-"));
  folders.push(folder);
  const ran = join(folder, "ran.json");
  const stored = new Map<string, unknown>();
  const ends: (() => Promise<void>)[] = [];
  let close = (): void => undefined;
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  const memory = {
    get: (key: string, otherwise: unknown) => stored.get(key) ?? otherwise,
    update: (key: string, value: unknown) => Promise.resolve(stored.set(key, value)),
    store: (key: string, value: unknown) => Promise.resolve(stored.set(key, value)),
  };
  const others: (() => void)[] = [];
  /** Returns what closes it. */
  function begin(run: typeof activate): () => void {
    const subscriptions: { dispose(): unknown }[] = [];
    run({
      subscriptions,
      extension: { packageJSON: { version: "0" } },
      extensionPath: folder,
      globalStorageUri: Uri.file(join(folder, "storage")),
      globalState: memory,
      workspaceState: memory,
      secrets: memory,
    } as unknown as Parameters<typeof activate>[0]);
    return () => {
      for (const item of subscriptions.splice(0)) item.dispose();
    };
  }
  return {
    folder,
    stored,
    program(...lines) {
      const args = `(await import("node:fs")).writeFileSync(${JSON.stringify(ran)}, JSON.stringify(process.argv.slice(2)));`;
      const text = lines.map((line) => `console.log(${JSON.stringify(JSON.stringify(line))});`).join("\n");
      mkdirSync(join(folder, "dist"), { recursive: true });
      writeFileSync(join(folder, "dist", "pairmount.mjs"), `${args}\n${text}\n`);
    },
    ran: () => JSON.parse(readFileSync(ran, "utf8")) as readonly string[],
    async share(status = {}) {
      const mount = join(folder, "app");
      mkdirSync(mount, { recursive: true });
      const registry = await openRegistry(process.env, process.getuid?.() ?? 0);
      const socket = registry.socketFor(process.pid);
      const asked: (readonly unknown[])[] = [];
      const settle =
        (name: string) =>
        (params: unknown): { readonly settled: boolean } => {
          asked.push([name, params]);
          return { settled: helper.settled };
        };
      const given = aState({ folder: mount, mount, ...status }).status;
      let server: RpcServer | undefined;
      let presences: readonly PeerPresence[] = [];
      let entry: { dispose(): unknown } | undefined;
      const helper: Helper = {
        socket,
        asked,
        status: given,
        joins: [],
        settled: true,
        copy: (at) => Promise.resolve({ folder: at, files: 3, bytes: 2000, commits: 2, note: null }),
        kept: "/kept/a",
        tell: (event) => server?.publish(event),
        presented: [],
        others(peers) {
          presences = peers;
          server?.moved();
        },
        async crash() {
          await entry?.dispose();
          await server?.dispose();
        },
      };
      const service: RpcService = {
        status: () => helper.status,
        joins: () => helper.joins,
        decide: settle("decide"),
        setAccess: settle("setAccess"),
        remove: settle("remove"),
        discard: settle("discard"),
        endSoon: settle("endSoon"),
        keepCopy({ folder }, asking) {
          asked.push(["keepCopy", folder]);
          return helper.copy(folder, asking);
        },
        recovered: () => ({ file: helper.kept, current: join(mount, "a") }),
        keep(params) {
          asked.push(["keep", params]);
          return { id: helper.settled ? "9" : null };
        },
        present: (presence) => void helper.presented.push(presence),
        presences: () => presences,
        leave: () => {
          asked.push(["leave"]);
          helper.tell({ event: "ended", reason: "left" });
          return Promise.resolve();
        },
      };
      server = await startRpcServer(socket, service);
      entry = await registry.register(socket, { ...given, pid: process.pid });
      ends.push(() => helper.crash());
      return helper;
    },
    open(...folders) {
      close();
      fake.reset();
      fake.folders = folders.map((path) => ({ uri: Uri.file(path) }));
      close = begin(activate);
    },
    async openAnother(...folders) {
      vi.resetModules();
      const editor = await import("../../harness/fake-vscode.ts");
      const extension = await import("../../../extension/extension.ts");
      editor.fake.folders = folders.map((path) => ({ uri: editor.Uri.file(path) }));
      editor.fake.focus(false);
      const end = begin(extension.activate);
      others.push(end);
      return { fake: editor.fake, close: end };
    },
    async end() {
      for (const each of [close, ...others]) each();
      for (const stop of ends) await stop();
      vi.unstubAllEnvs();
    },
  };
}

/** The notification, once it shows. */
export async function notice(text: RegExp, { shown: all }: Pick<typeof fake, "shown"> = fake): Promise<Shown> {
  const look = (): Shown => {
    const found = all.find((shown) => text.test(shown.text));
    if (found === undefined) throw new Error(`none of ${JSON.stringify(all)} is ${String(text)}`);
    return found;
  };
  return await vi.waitFor(look, { timeout: 5000 });
}
