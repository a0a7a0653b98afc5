/** R-OWN: a guest's own files are put back when its session begins, and kept while it lasts and when it ends. */
import type { Disposable } from "../base/disposable.ts";
import { errno } from "../base/errno.ts";
import type { Timers } from "../base/ports.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { GuestCache } from "../content/guest-cache.ts";
import type { Manifest } from "../content/own-manifest.ts";
import { OwnStore, type Saving } from "../content/own-store.ts";
import type { GuestReplica } from "../replica/api.ts";
import type { NodeId } from "../replica/ids.ts";
import type { OwnEntry } from "../replica/own-entry.ts";
import { createOwnSaver } from "./own-saver.ts";
import { createWarnOnce } from "./warn-once.ts";

/** Between a change and its being kept, ms. */
const shortestPause = 2000;
/** Saves take at most a fiftieth of the time, but for what each new file costs once. */
const shareOfTime = 50;
/** Where the disk is slow names are kept this often nevertheless, ms. */
const longestPause = 15_000;
/** After a failure, ms. */
const pauseAfterFailure = 30_000;

export interface OwnKeeper extends Disposable {
  /**
   * fsync(2): the bytes that an own file has now are there in the next session, also after a power failure; EIO where they cannot be.
   * Of other nodes, and where nothing is kept, which its user was told, nothing.
   */
  sync(node: NodeId): Promise<Result<void>>;
  /** Once nothing changes any more, and before the cache goes: keeps all of it. Never throws. */
  dispose(): Promise<void>;
}

export interface OwnKeeperParts {
  readonly replica: GuestReplica;
  readonly cache: GuestCache;
  /** Where they are kept; made when there is something to keep. */
  readonly folder: string;
  readonly timers: Timers;
  readonly warn: (text: string) => void;
}

/** Puts back what was kept, before it returns. Never throws: without it the session is as good. */
export function startOwnKeeper(parts: OwnKeeperParts): OwnKeeper {
  const { replica, cache, timers } = parts;
  const store = new OwnStore(parts.folder);
  const saver = createOwnSaver({ replica, cache, store, timers });
  let homeless: Saving["entries"] = [];
  let isOn = true;
  let isOver = false;
  let running: Promise<void> = Promise.resolve();
  let timer: { cancel(): void } | undefined;
  const warnOf = createWarnOnce(parts.warn, "your own files cannot be kept for your next session");

  function stop(why: string): void {
    isOn = false;
    parts.warn(why);
  }

  const busy = "another Pairmount here keeps the own files of this mount; this one's are gone when it ends";

  function restore(): void {
    const loaded = store.load();
    if (loaded.t === "busy") return stop(busy);
    if (loaded.t === "damaged")
      return parts.warn(`your own files of the last session cannot be put back; they are in ${loaded.aside}`);
    if (loaded.t === "kept") putBack(loaded.manifest);
  }

  function putBack(manifest: Manifest): void {
    const { contents } = manifest;
    const contentOf = ({ node, kind }: OwnEntry): string => (kind === "file" && contents.get(node)) || "";
    const rest = replica.restoreOwn(manifest, (entry, node) => {
      const adopted = cache.adopt(node, store.loadedPath(contentOf(entry)));
      return adopted.ok ? adopted.value : undefined;
    });
    const carried = new Map<string, string | undefined>();
    homeless = rest.flatMap((entry) => {
      if (entry.kind !== "file") return [{ entry, content: undefined }];
      const content = contentOf(entry);
      if (!carried.has(content)) carried.set(content, store.carry(content));
      return carried.get(content) === undefined ? [] : [{ entry, content: carried.get(content) }];
    });
    const count = rest.filter(({ kind }) => kind !== "dir").length;
    const lost =
      rest.filter(({ kind }) => kind === "file").length - homeless.filter(({ entry }) => entry.kind === "file").length;
    if (count > lost)
      parts.warn(
        `${count - lost} of your own files have no place in the workspace as it is now; they wait in ${store.dir}`,
      );
    if (lost > 0)
      parts.warn(`${lost} of your own files of the last session are lost: nothing is in ${store.dir} of them`);
  }

  async function save(): Promise<void> {
    if ((await saver.save(homeless)) === "busy") stop(busy);
  }

  async function tick(): Promise<void> {
    let pause = shortestPause;
    try {
      if (!saver.isSaved) await save();
      pause = Math.min(Math.max(pause, shareOfTime * saver.cost), longestPause);
    } catch (error) {
      warnOf(error);
      pause = pauseAfterFailure;
    }
    if (!isOver && isOn) wait(pause);
  }

  function end(): void {
    try {
      store.end();
    } catch (error) {
      warnOf(error);
    }
  }

  function wait(ms: number): void {
    timer?.cancel();
    timer = timers.after(ms, () => void saveNext());
  }

  function saveNext(): Promise<void> {
    running = running.then(tick);
    return running;
  }

  async function sync(node: NodeId): Promise<Result<void>> {
    if (!saver.has(node)) await saveNext();
    if (!isOn || !replica.isOwn(node)) return ok(undefined);
    if (!saver.has(node)) return fail(errno.EIO);
    try {
      await saver.sync(node);
      return ok(undefined);
    } catch (error) {
      warnOf(error);
      return fail(errno.EIO);
    }
  }

  try {
    restore();
  } catch (error) {
    warnOf(error);
    isOn = false;
  }
  if (isOn) wait(shortestPause);

  return {
    sync: async (node) => (isOn && replica.isOwn(node) ? await sync(node) : ok(undefined)),
    async dispose() {
      isOver = true;
      timer?.cancel();
      await running;
      try {
        if (isOn) await save();
      } catch (error) {
        warnOf(error);
      } finally {
        end();
      }
    },
  };
}
