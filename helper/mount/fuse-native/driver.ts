/**
 * The `fuse-native` driver: libfuse 2 through the npm package, for machines where the kernel driver cannot be used. Slower, no
 * watcher events for remote changes; what else it cannot do is listed, with reasons, beside the conformance suite.
 */
import { checkedMountPoint, isMountName } from "../../mountstep/mount-fuse.ts";
import type { MountFailure } from "../../mountstep/failures.ts";
import { isOurs, topmostMount } from "../../mountstep/mountinfo.ts";
import { watchMount, type MountWatch } from "../../mountstep/watch-mount.ts";
import type { MountDriver, Mounted, MountOutcome, MountRequest } from "../driver.ts";
import { loadFuseNative, setOptions, type NativeClass, type NativeMount } from "./binding.ts";
import { createNativeCore, type NativeCore } from "./core.ts";
import { libfuseOptions } from "./options.ts";

const greetingMs = 10_000;
const lookMs = 1000;

export const fuseNativeDriver: MountDriver = {
  name: "fuse-native",
  async mount(request) {
    const loaded = loadFuseNative();
    if (!loaded.ok) return loaded;
    if (!isMountName(request.fsName)) return refuse({ code: "bad-name", name: request.fsName });
    const place = checkedMountPoint({ mountPoint: request.mountPoint, ownerUid: request.owner.uid });
    if (typeof place !== "string") return refuse(place);
    return start(loaded.value, place, request);
  },
};

function refuse(failure: MountFailure): MountOutcome {
  return { ok: false, failure };
}

async function start(Native: NativeClass, mountPoint: string, request: MountRequest): Promise<MountOutcome> {
  const core = createNativeCore(request);
  // Parked requests are answered by the core, in time.
  const native = new Native(mountPoint, core.operations, { timeout: false });
  setOptions(native, libfuseOptions(request));
  const problem = await mountNative(native);
  if (problem !== undefined) {
    await takeAway(mountPoint);
    await core.dispose();
    return refuse({ code: "libfuse-refused", detail: problem, root: process.getuid?.() === 0 });
  }
  const watch = await watchMount(mountPoint);
  if (watch.ok) return { ok: true, value: mounted(Native, native, core, watch.value) };
  await takeAway(mountPoint);
  await letGo(Native, native);
  await core.dispose();
  return watch;
}

/** What libfuse left half done: there was no mount of ours before. */
async function takeAway(mountPoint: string): Promise<void> {
  if (!isOurs(topmostMount(mountPoint))) return;
  const watch = await watchMount(mountPoint);
  if (watch.ok) await watch.value.unmount();
}

/** Undefined once the kernel's INIT was answered, else what went wrong. */
function mountNative(native: NativeMount): Promise<string | undefined> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => resolve("the kernel did not finish the FUSE greeting"), greetingMs);
    native.mount((error) => {
      clearTimeout(deadline);
      resolve(error === null ? undefined : error.message);
    });
  });
}

function mounted(Native: NativeClass, native: NativeMount, core: NativeCore, watch: MountWatch): Mounted {
  let disposed: Promise<void> | undefined;
  let tellEnded = (): void => {};
  const ended = new Promise<void>((resolve) => (tellEnded = resolve));
  // The package does not say when its loop ends: the mount table does, without a touch of the mount.
  const look = setInterval(() => {
    if (!watch.isThere()) void dispose();
  }, lookMs);
  look.unref();

  function dispose(): Promise<void> {
    return (disposed ??= end());
  }

  /** Requests are served until the mount is gone from its path; after a lazy unmount, open files get EIO. */
  async function end(): Promise<void> {
    clearInterval(look);
    core.close();
    await watch.unmount();
    await letGo(Native, native);
    await core.dispose();
    tellEnded();
  }

  return { ended, dispose, stats: () => core.stats() };
}

/** The mount no longer keeps the event loop alive. Unmounting is the watch's: the package's way is a shell and no check of what it hits. */
function letGo(Native: NativeClass, native: NativeMount): Promise<void> {
  Native.unmount = (_path, called) => called(null);
  return new Promise((resolve) => native.unmount(() => resolve()));
}
