/** This window's session: attached over the helper's socket, kept by deltas, found again after a reload. */
import { realpathSync } from "node:fs";
import { EventEmitter, type Disposable, type Event } from "vscode";
import {
  type Answered,
  type Asking,
  connectRpc,
  openRegistry,
  type Params,
  type PeerPresence,
  type RegisteredSession,
  type RequestName,
  type RpcClient,
  type SessionEvent,
} from "./helper-edge.ts";
import { type Input, isGap, type Model, next, nothing } from "./state.ts";

export class Session implements Disposable {
  readonly #changed = new EventEmitter<Model>();
  readonly #told = new EventEmitter<SessionEvent>();
  readonly onChanged: Event<Model> = this.#changed.event;
  readonly onEvent: Event<SessionEvent> = this.#told.event;
  readonly #moved = new EventEmitter<readonly PeerPresence[]>();
  /** Somebody else is elsewhere in the editor. */
  readonly onMoved: Event<readonly PeerPresence[]> = this.#moved.event;
  #presences: readonly PeerPresence[] = [];
  #model: Model = nothing;
  #client: RpcClient | undefined;
  #asking = false;

  get model(): Model {
    return this.#model;
  }

  /** Where the others are; empty without a session. */
  get presences(): readonly PeerPresence[] {
    return this.#presences;
  }

  take(input: Input): void {
    const model = next(this.#model, input);
    if (model === this.#model) return;
    this.#model = model;
    if (model.t === "none" || model.t === "lost") this.#hear([]);
    this.#changed.fire(model);
  }

  #hear(presences: readonly PeerPresence[]): void {
    if (presences.length === 0 && this.#presences.length === 0) return;
    this.#presences = presences;
    this.#moved.fire(presences);
  }

  /** Rejects with the system's error when nobody listens. */
  async attach(socket: string): Promise<void> {
    const client = await connectRpc(socket, {
      onEvent: (event) => {
        this.#told.fire(event);
        this.take({ t: "event", event });
      },
      onChanged: (delta) => {
        if (isGap(this.#model, delta)) this.#askAnew(client);
        else this.take({ t: "changed", delta });
      },
      onPresence: ({ peers }) => this.#hear(peers),
    });
    this.#client?.dispose();
    this.#client = client;
    void client.closed.then(() => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.take({ t: "closed" });
    });
    await this.#refresh(client);
  }

  /** One question for all that was missed; a helper that went meanwhile is seen by its closed connection. */
  #askAnew(client: RpcClient): void {
    if (this.#asking) return;
    this.#asking = true;
    void this.#refresh(client)
      .catch(() => undefined)
      .finally(() => (this.#asking = false));
  }

  async #refresh(client: RpcClient): Promise<void> {
    const { revision, state } = await client.request("attach", {});
    this.take({ t: "attached", revision, state });
  }

  /** Rejects when there is no session, or its helper went. */
  async request<M extends RequestName>(name: M, params: Params<M>, asking: Partial<Asking> = {}): Promise<Answered<M>> {
    if (this.#client === undefined) throw new Error("There is no session in this window.");
    return await this.#client.request(name, params, asking);
  }

  dispose(): void {
    this.#client?.dispose();
    this.#client = undefined;
    this.#changed.dispose();
    this.#told.dispose();
    this.#moved.dispose();
  }
}

/** Of this user, on this machine. */
export async function allSessions(): Promise<readonly RegisteredSession[]> {
  return await (await openRegistry(process.env, process.getuid?.() ?? 0)).sessions();
}

/** The session whose mount is, or holds, one of these folders. */
export async function findSession(folders: readonly string[]): Promise<RegisteredSession | undefined> {
  const sessions = await allSessions();
  const real = folders.map(realOf);
  return sessions.find(({ mount }) => real.some((folder) => folder === mount || folder.startsWith(`${mount}/`)));
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    // A dead mount, or a folder that is gone: the name is all there is.
    return folder;
  }
}
