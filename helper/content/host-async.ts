import { close, constants, fsync, open, read, statfs } from "node:fs";
import { promisify } from "node:util";
import { errnoOf } from "../base/errno.ts";
import { done, fail, ok, type Result } from "../base/result.ts";
import type { SpaceFigures } from "../mount/workspace.ts";
import type { NodeId } from "../replica/ids.ts";
import { unpin } from "./descriptors.ts";
import type { Opened } from "./opened-folder.ts";
import { objectOf } from "./real-paths.ts";

const fsyncOf = promisify(fsync);
const statfsOf = promisify(statfs);

/** The node's bytes, and every directory on the way whose names are new, are on the disk. On the thread pool: an fsync may take seconds. */
export async function fsyncNode(folder: Opened, node: NodeId): Promise<Result<void>> {
  try {
    if (folder.past.bytes(node) !== undefined) return done;
    if (folder.node(node)?.kind === "file") {
      const descriptor = folder.descriptor(node, false);
      descriptor.pins++;
      await fsyncOf(descriptor.fd).finally(() => unpin(descriptor));
    } else if (folder.node(node)?.kind === "dir") {
      await fsyncDirectory(folder, node);
    }
    for (let at = folder.parentOf(node); at !== undefined && folder.unsynced.has(at); at = folder.parentOf(at)) {
      await fsyncDirectory(folder, at);
    }
    return done;
  } catch (error) {
    return fail(errnoOf(error));
  }
}

async function fsyncDirectory(folder: Opened, node: NodeId): Promise<void> {
  const path = objectOf(folder.paths.directory(node));
  folder.unsynced.delete(node);
  try {
    const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await fsyncOf(fd);
    } finally {
      await promisify(close)(fd);
    }
  } catch (error) {
    folder.unsynced.add(node);
    throw error;
  }
}

/** As `read`, on the thread pool. The caller has clipped the range to the node's size. */
export async function readLater(
  folder: Opened,
  node: NodeId,
  offset: number,
  length: number,
): Promise<Result<Uint8Array>> {
  const bytes = Buffer.allocUnsafe(length);
  try {
    const descriptor = folder.descriptor(node, false);
    descriptor.pins++;
    try {
      for (let at = 0; at < length; ) {
        const { bytesRead } = await promisify(read)(descriptor.fd, bytes, at, length - at, offset + at);
        if (bytesRead === 0) return fail(errnoOf(undefined));
        at += bytesRead;
      }
    } finally {
      unpin(descriptor);
    }
    return ok(bytes);
  } catch (error) {
    return fail(errnoOf(error));
  }
}

export async function spaceOf(folder: Opened): Promise<Result<SpaceFigures>> {
  try {
    const now = await statfsOf(objectOf(folder.paths.root), { bigint: true });
    return ok({
      blockSize: Number(now.bsize),
      blocks: now.blocks,
      free: now.bfree,
      available: now.bavail,
      files: now.files,
      filesFree: now.ffree,
    });
  } catch (error) {
    return fail(errnoOf(error));
  }
}
