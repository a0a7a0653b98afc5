/** The room of the host's file system: as statfs has it there, as it is told, and as a guest's mount answers it. */
import { errno } from "../base/errno.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { SpaceFigures } from "../mount/workspace.ts";
import type { Space } from "../peer/api.ts";

const blockSize = 4096;

/** `free`: what is left for those without privileges. */
export function spaceOf({ blockSize: size, blocks, available, files, filesFree }: SpaceFigures): Space {
  const bytes = (count: bigint): number => Number(count) * size;
  return { total: bytes(blocks), free: bytes(available), files: Number(files), filesFree: Number(filesFree) };
}

/** EIO before the host's first word. */
export function figuresOf(space: Space | undefined): Result<SpaceFigures> {
  if (space === undefined) return fail(errno.EIO);
  const blocks = (bytes: number): bigint => BigInt(Math.floor(bytes / blockSize));
  return ok({
    blockSize,
    blocks: blocks(space.total),
    free: blocks(space.free),
    available: blocks(space.free),
    files: BigInt(Math.floor(space.files)),
    filesFree: BigInt(Math.floor(space.filesFree)),
  });
}
