import { closeSync, constants, lstatSync, openSync, realpathSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import type { MountFailure } from "./failures.ts";
import { escapeMountPoint, isOurs, topmostMount } from "./mountinfo.ts";
import { mayMount } from "./rights.ts";
import { mountScript } from "./script.ts";
import { startStep } from "./step.ts";

export interface MountOptions {
  /** Where; may be the shared folder itself, which is then covered. */
  readonly mountPoint: string;
  /** Shown as the source in `mount` and `df`. */
  readonly fsName: string;
  /** Owner of the mount towards the kernel: who may use it without `allowOther`. */
  readonly ownerUid: number;
  readonly ownerGid: number;
  /** Other local users may enter, held to mode bits; the mount point's parent decides who reaches it. */
  readonly allowOther: boolean;
  readonly readOnly: boolean;
}

export interface Mounted {
  /** /dev/fuse, connected, blocking; nobody has read INIT yet. The caller serves and closes it. */
  readonly fd: number;
  /** Real path of the mount point. */
  readonly mountPoint: string;
  /** `0:52`: names the connection in /sys/fs/fuse/connections (its minor) and the mount in mountinfo. */
  readonly device: string;
  /**
   * Unmounts (lazily: open files keep working until `fd` is closed) and resolves when the mount is gone from the path. Serve
   * until then. Leaves the path alone if somebody mounted over it since. May be called twice.
   */
  unmount(): Promise<void>;
  /** Resolves when the mount step ended: after `unmount`, or because somebody killed it, and then nobody unmounts for us. */
  readonly exited: Promise<void>;
}

export type MountOutcome =
  | { readonly ok: true; readonly value: Mounted }
  | { readonly ok: false; readonly failure: MountFailure };

/**
 * Mounts with the rights this process has. The mount goes when `unmount` is called or this process ends by whatever
 * signal: the step waits in a session of its own and sees the socket hang up.
 */
export async function mountFuse(options: MountOptions): Promise<MountOutcome> {
  const place = checkedMountPoint(options);
  if (typeof place !== "string") return { ok: false, failure: place };
  if (!isMountName(options.fsName)) return { ok: false, failure: { code: "bad-name", name: options.fsName } };
  if (!mayMount()) return { ok: false, failure: { code: "no-right-to-mount", root: process.getuid?.() === 0 } };
  const fd = openFuseDevice();
  if (typeof fd !== "number") return { ok: false, failure: fd };

  const outcome = await runStep(fd, place, options);
  if (!outcome.ok) closeSync(fd);
  return outcome;
}

/** What may stand as the source in mountinfo and on a command line. */
export function isMountName(name: string): boolean {
  return /^[^-\s\0][^\n\0]{0,200}$/.test(name);
}

/** The real path, or why it is none. Only paths are looked at: the step checks again what it enters. */
export function checkedMountPoint({
  mountPoint,
  ownerUid,
}: Pick<MountOptions, "mountPoint" | "ownerUid">): string | MountFailure {
  const path = resolvePath(mountPoint);
  // Looking into a mount of ours could hang this process if its helper does: mountinfo tells without asking it.
  if (isOurs(topmostMount(path))) return { code: "already-mounted", path };
  try {
    const stat = lstatSync(path);
    const real = realpathSync(path);
    if (real !== path) return { code: "mount-point-symlink", path, real };
    if (!stat.isDirectory()) return { code: "mount-point-not-directory", path };
    if (ownerUid !== 0 && stat.uid !== ownerUid) return { code: "mount-point-not-owned", path, uid: ownerUid };
    return path;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR"
      ? { code: "mount-point-missing", path }
      : { code: "refused", detail: message };
  }
}

function openFuseDevice(): number | MountFailure {
  try {
    return openSync("/dev/fuse", constants.O_RDWR);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { code: "no-fuse-device" } : { code: "fuse-device-denied", detail: code ?? message };
  }
}

/** Kernel options (Documentation/filesystems/fuse.rst). nosuid,nodev always: an unprivileged process serves the mount. */
export function kernelOptions({ ownerUid, ownerGid, allowOther, readOnly }: MountOptions): string {
  const options = [
    "fd=0",
    "rootmode=40000",
    `user_id=${ownerUid}`,
    `group_id=${ownerGid}`,
    "nosuid",
    "nodev",
    "default_permissions",
  ];
  if (allowOther) options.push("allow_other");
  if (readOnly) options.push("ro");
  return options.join(",");
}

async function runStep(fd: number, place: string, options: MountOptions): Promise<MountOutcome> {
  const owner = options.ownerUid === 0 ? "" : String(options.ownerUid);
  const args = [kernelOptions(options), options.fsName, place, escapeMountPoint(place), owner];
  const started = await startStep({ script: mountScript, args, stdin: fd });
  if (!started.ok) return started;
  const { line, exited } = started.value;
  const device = /^mounted (\d+:\d+)$/.exec(line)?.[1];
  if (device === undefined) return { ok: false, failure: failureOfLine(line, place, options) };
  return { ok: true, value: { fd, mountPoint: place, device, exited, unmount: () => started.value.end() } };
}

/** `failed not-owned`, `failed refused mount: .: permission denied.` */
function failureOfLine(line: string, path: string, { ownerUid }: MountOptions): MountFailure {
  const [, reason, detail] = /^failed (\S+) ?(.*)$/.exec(line) ?? [];
  switch (reason) {
    case "missing":
      return { code: "mount-point-missing", path };
    case "symlink":
      return { code: "mount-point-symlink", path, real: "the folder it stands for" };
    case "not-owned":
      return { code: "mount-point-not-owned", path, uid: ownerUid };
    case "refused":
      return { code: "refused", detail: (detail ?? "").trim() };
    default:
      return { code: "step-failed", detail: line };
  }
}
