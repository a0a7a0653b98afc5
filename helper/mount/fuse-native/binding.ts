/** The npm package fuse-native 2.2.6 (libfuse 2.9.9 behind N-API), loaded when first wanted: it is CommonJS with a native part. */
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type { MountFailure } from "../../mountstep/failures.ts";

/** Answers one request: 0 and what belongs to it, a byte count, or a negative errno. Exactly once. */
export type NativeReply = (code: number, value?: unknown, more?: unknown) => void;

/** What the package calls, by libfuse's names. Paths are UTF-8 text from the mount's root, `/a/b`; the last argument replies. */
export type NativeOperations = Readonly<Record<string, (...all: never[]) => void>>;

/** One mount, as the package makes it. */
export interface NativeMount {
  mount(called: (error: Error | null) => void): void;
  /** Calls the class's `unmount`, then lets go of the event loop. */
  unmount(called: (error: Error | null) => void): void;
  ["_fuseOptions"]: () => string;
}

export interface NativeClass {
  new (mountPoint: string, operations: NativeOperations, options: { readonly timeout: false }): NativeMount;
  unmount(mountPoint: string, called: (error: Error | null) => void): void;
}

/** index.js builds the `-o` text here; its own option names cannot say all that is needed (options.ts). */
export function setOptions(native: NativeMount, text: string): void {
  native["_fuseOptions"] = () => text;
}

export type Loaded =
  | { readonly ok: true; readonly value: NativeClass }
  | { readonly ok: false; readonly failure: MountFailure };

export function loadFuseNative(): Loaded {
  const reason = whyNotHere();
  if (reason !== undefined) return { ok: false, failure: { code: "fuse-native-unusable", detail: reason } };
  try {
    return { ok: true, value: createRequire(import.meta.url)("fuse-native") as NativeClass };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const detail = code === "MODULE_NOT_FOUND" ? "the package is not installed" : (message.split("\n")[0] ?? message);
    return { ok: false, failure: { code: "fuse-native-unusable", detail } };
  }
}

function whyNotHere(): string | undefined {
  // N-API external buffers, in which it hands over data, are forbidden since Electron 21.
  if (process.versions["electron"] !== undefined)
    return "it cannot run inside Electron; start the helper with plain Node";
  // Its threads talk to libuv's default loop, which is the main thread's.
  if (!isMainThread) return "it must be loaded in the main thread";
  if (process.platform !== "linux") return `it was tried on Linux only, this is ${process.platform}`;
  return undefined;
}
