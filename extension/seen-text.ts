/** Whether a file still holds the text that a document showed, whatever its line ends and byte order mark. Pure. */
import { createHash } from "node:crypto";

/** What a document showed when it was last clean. */
export interface SeenText {
  readonly hash: string;
  readonly eol: string;
  /** As VS Code names it. */
  readonly encoding: string;
}

export function seenText(text: string, eol: string, encoding: string): SeenText {
  return { hash: hashOf(bare(text)), eol, encoding };
}

/** `text` as decoded from the file. An editor shows a file whose lines end in several ways with one of them. */
export function isSeen({ hash, eol }: SeenText, text: string): boolean {
  const held = bare(text);
  if (hashOf(held) === hash) return true;
  return new Set(held.match(lineEnd)).size > 1 && hashOf(held.replace(lineEnd, eol)) === hash;
}

const lineEnd = /\r\n|\r|\n/g;

function bare(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
