import { size } from "./abi.ts";
import type { DirectoryRow } from "./api.ts";
import { clearEntry, putEntry } from "./encode-structs.ts";
import { putI64 } from "./message.ts";

export interface Listing {
  /** Room for the reply's header, then `length` bytes holding the first `rows` rows. Valid until the next fill. */
  fill(
    limit: number,
    rows: readonly DirectoryRow[],
    plus: boolean,
  ): { readonly words: Uint32Array; readonly length: number; readonly rows: number };
}

/** struct fuse_dirent or fuse_direntplus, each padded to 8 bytes (FUSE_DIRENT_ALIGN). */
export function createListing(): Listing {
  let bytes = Buffer.from(new ArrayBuffer(size.outHeader + 4096));
  let words = new Uint32Array(bytes.buffer);

  function reserve(limit: number): void {
    const wanted = (size.outHeader + limit + 7) & ~7;
    if (wanted <= bytes.length) return;
    bytes = Buffer.from(new ArrayBuffer(wanted));
    words = new Uint32Array(bytes.buffer);
  }

  return {
    fill(limit, rows, plus) {
      reserve(limit);
      let at: number = size.outHeader;
      let used = 0;
      for (const row of rows) {
        const fixed = plus ? size.entryOut + size.dirent : size.dirent;
        const next = at + fixed + ((row.name.length + 7) & ~7);
        if (next > size.outHeader + limit) break;
        if (plus) {
          if (row.entry) putEntry(words, at / 4, row.entry);
          else clearEntry(words, at / 4);
        }
        const dirent = (at + fixed - size.dirent) / 4;
        putI64(words, dirent, row.ino);
        putI64(words, dirent + 2, row.next);
        words[dirent + 4] = row.name.length;
        words[dirent + 5] = row.type;
        bytes.write(row.name, at + fixed, "latin1");
        bytes.fill(0, at + fixed + row.name.length, next);
        at = next;
        used++;
      }
      return { words, length: at - size.outHeader, rows: used };
    },
  };
}
