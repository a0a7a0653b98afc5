/** Entry of the echo worker: real VFS calls on the own mount, so that inotify reports what others did (FUSE.md "Watcher echo"). */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { parentPort } from "node:worker_threads";
import { unreachable } from "../base/brand.ts";
import type { EchoCall, EchoReport } from "./echo-lane.ts";

/** `1234/task/1240`: the kernel names this thread so in each request. */
const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));

parentPort?.on("message", (call: EchoCall) => {
  report({ t: "done", error: attempt(call) });
});
report({ t: "ready", thread });

function report(message: EchoReport): void {
  parentPort?.postMessage(message);
}

function attempt(call: EchoCall): string | undefined {
  try {
    perform(call);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function perform(call: EchoCall): void {
  const path = Buffer.from(call.path);
  switch (call.t) {
    case "create":
      // Without O_TRUNC: the kernel would drop the pages of a file that others may be reading already.
      return closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, call.mode));
    case "mkdir":
      return void mkdirSync(path, call.mode);
    case "symlink":
      return symlinkSync(Buffer.from(call.target), path);
    case "unlink":
      return unlinkSync(path);
    case "rmdir":
      return rmdirSync(path);
    case "rename":
      return renameSync(path, Buffer.from(call.to));
    case "modify":
      return modify(path, call.size);
    case "touch":
      return lutimesSync(path, 0, 0);
    default:
      return unreachable(call);
  }
}

/**
 * A file that may not be opened for writing is touched: its owner may always do that. While the kernel truncates it takes in no
 * size (fs/fuse/inode.c, FUSE_I_SIZE_UNSTABLE): the stat before has it know the present one, or whoever reads a file just
 * written and moved into place would find it as empty as when it was made.
 */
function modify(path: Buffer, size: number): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "ETXTBSY" && code !== "EROFS") throw error;
    return lutimesSync(path, 0, 0);
  }
  try {
    fstatSync(fd);
    ftruncateSync(fd, size);
  } finally {
    closeSync(fd);
  }
}
