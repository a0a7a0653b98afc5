import type { Brand } from "./brand.ts";

/**
 * One directory entry's name: bytes, one per UTF-16 code unit (latin1), as the kernel gave them, because names need not
 * be UTF-8. `é` in UTF-8 is the two units `\u00c3\u00a9`. Never empty, never `.` or `..`, no `/`, no NUL, at most 255 bytes.
 */
export type FileName = Brand<string, "FileName">;

/** A name from bytes (latin1 units), or undefined if it is no legal entry name. */
export function parseFileName(latin1: string): FileName | undefined {
  if (latin1.length === 0 || latin1.length > 255 || latin1 === "." || latin1 === "..") return undefined;
  for (let i = 0; i < latin1.length; i++) {
    const unit = latin1.charCodeAt(i);
    if (unit === 0 || unit === 0x2f || unit > 0xff) return undefined;
  }
  return latin1 as FileName;
}

/** A name this program wrote itself (ASCII). */
export function mustFileName(text: string): FileName {
  const name = parseFileName(text);
  if (name === undefined) throw new Error(`not a file name: ${JSON.stringify(text)}`);
  return name;
}
