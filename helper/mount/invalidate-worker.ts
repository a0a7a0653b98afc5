/**
 * Entry of the invalidation worker. A blocking write per notification: the kernel takes the directory's or the pages' locks
 * in it (FUSE.md "Deadlocks"), so it may last until a request of another process is answered by the main thread.
 */
import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { claimNotice, type NoticeBatch, noticeWritten } from "./notice-batch.ts";

const { fd } = workerData as { readonly fd: number };

parentPort?.on("message", (batch: NoticeBatch) => {
  for (let index = claimNotice(batch); index !== undefined; index = claimNotice(batch))
    noticeWritten(batch, index, notify(batch.notices[index] as Uint8Array));
  parentPort?.postMessage("written");
});

/** False: the kernel knows nothing of it. When the connection is gone nothing is cached either. */
function notify(bytes: Uint8Array): boolean {
  for (;;) {
    try {
      writeSync(fd, bytes);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EINTR" || code === "EAGAIN") continue;
      if (code === "ENOENT") return false;
      // ENOTDIR, ENOTEMPTY: INVAL_ENTRY of what is no entry any more. ENODEV, ENOTCONN, EPERM, EBADF: unmounted.
      if (["ENOTDIR", "ENOTEMPTY", "EBUSY", "ENODEV", "ENOTCONN", "EPERM", "EBADF"].includes(code ?? "")) return true;
      throw error;
    }
  }
}
