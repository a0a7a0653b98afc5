import { writeSync, writevSync } from "node:fs";
import { type Errno, errno, errnoOf } from "../base/errno.ts";
import { size } from "./abi.ts";
import type { Entry, FuseAttributes, Opened, Replies } from "./api.ts";
import { createListing } from "./encode-listing.ts";
import { putAttributes, putEntry, putHeader, putOpened, putTtl } from "./encode-structs.ts";

/** Called with what the kernel refused: a defect of this program, as it refuses well-formed answers only when nobody waits for them. */
export type OnReplyError = (error: unknown, unique: number) => void;

const head = size.outHeader / 4;

/**
 * Answers written to `fd`, one write each, from buffers made once: every write has been copied by the kernel when it returns.
 * Nobody waits any more (ENOENT: request killed; ENODEV, ECONNABORTED: connection gone) = silence.
 */
export function createReplies(fd: number, onError: OnReplyError): Replies {
  const status = buffer(0);
  const entry = buffer(size.entryOut);
  const attributes = buffer(size.attributesOut);
  const written = buffer(size.writeOut);
  const opened = buffer(size.openOut);
  const created = buffer(size.entryOut + size.openOut);
  const figures = buffer(size.statfsOut);
  const header = buffer(0);
  const listing = createListing();

  function send(words: Uint32Array, unique: number): void {
    putHeader(words, words.byteLength, 0, unique);
    try {
      writeSync(fd, words);
    } catch (error) {
      refused(error, unique);
    }
  }

  /** EINVAL after an abort is the kernel's way of saying gone; before it, the caller must not hang for our defect. */
  function refused(error: unknown, unique: number): void {
    if (nobodyWaits(error)) return;
    onError(error, unique);
    putHeader(status, size.outHeader, errno.EIO, unique);
    try {
      writeSync(fd, status);
    } catch (again) {
      if (!nobodyWaits(again)) onError(again, unique);
    }
  }

  function fail(unique: number, why: Errno): void {
    putHeader(status, size.outHeader, why, unique);
    try {
      writeSync(fd, status);
    } catch (error) {
      if (!nobodyWaits(error)) onError(error, unique);
    }
  }

  return {
    error: fail,
    ok(unique) {
      send(status, unique);
    },
    entry(unique, value) {
      putEntry(entry, head, value);
      send(entry, unique);
    },
    attributes(unique, ttl, value) {
      putAttributesOut(attributes, ttl, value);
      send(attributes, unique);
    },
    bytes(unique, bytes) {
      if (bytes.byteLength === 0) return send(status, unique);
      putHeader(header, size.outHeader + bytes.byteLength, 0, unique);
      try {
        writevSync(fd, [header, bytes]);
      } catch (error) {
        refused(error, unique);
      }
    },
    written(unique, count) {
      written[head] = count;
      send(written, unique);
    },
    opened(unique, value) {
      putOpened(opened, head, value);
      send(opened, unique);
    },
    created(unique, value, handle) {
      putCreated(created, value, handle);
      send(created, unique);
    },
    figures(unique, value) {
      const counts = new BigUint64Array(figures.buffer, size.outHeader, 5);
      counts.set([value.blocks, value.free, value.available, value.files, value.filesFree]);
      figures.set([value.blockSize, 255, value.blockSize], head + 10);
      send(figures, unique);
    },
    listing(unique, limit, rows, plus) {
      const filled = listing.fill(limit, rows, plus);
      putHeader(filled.words, size.outHeader + filled.length, 0, unique);
      try {
        writeSync(fd, filled.words, 0, size.outHeader + filled.length);
      } catch (error) {
        refused(error, unique);
      }
      return filled.rows;
    },
  };
}

/** ENOENT: the request was killed while it waited. ENODEV, ENOTCONN, ECONNABORTED: unmounted or aborted. */
export function nobodyWaits(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ECONNABORTED" || [errno.ENOENT, errno.ENODEV, errno.ENOTCONN].includes(errnoOf(error));
}

function buffer(bodyBytes: number): Uint32Array {
  return new Uint32Array((size.outHeader + bodyBytes) / 4);
}

/** struct fuse_attr_out */
function putAttributesOut(words: Uint32Array, ttl: number, value: FuseAttributes): void {
  putTtl(words, head, head + 2, ttl);
  putAttributes(words, head + 4, value);
}

/** struct fuse_entry_out, then struct fuse_open_out */
function putCreated(words: Uint32Array, value: Entry, handle: Opened): void {
  putEntry(words, head, value);
  putOpened(words, head + size.entryOut / 4, handle);
}
