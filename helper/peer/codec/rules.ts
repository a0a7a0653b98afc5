/** What is hidden and what git ignores, in one frame. */
import type { PathRulesData, Repository } from "../../replica/path-rules-data.ts";
import { frameType, limits } from "../protocol.ts";
import { frameOf, type Reader, type Writer } from "./bytes.ts";
import { readNode } from "./values.ts";

/** A work tree's path at most, as Linux has it (PATH_MAX). Bytes. */
const longestPath = 4096;
const longestText = 2 ** 20;

export function encodeRules(rules: PathRulesData): Uint8Array {
  return frameOf(frameType.rules, (w) => {
    writeList(w, rules.hidden, (pattern) => w.latin1(Buffer.from(pattern, "utf8").toString("latin1")));
    writeList(w, rules.exempt, ({ dir, name }) => {
      w.uint(dir);
      w.latin1(name);
    });
    writeList(w, rules.repositories, ({ dir, excludes, tracked }) => {
      w.latin1(dir);
      writeList(w, excludes, (text) => writeText(w, text));
      writeList(w, tracked, (path) => w.latin1(path));
    });
    writeList(w, rules.ignoreFiles, ({ dir, text }) => {
      w.latin1(dir);
      writeText(w, text);
    });
  });
}

/** False: a guest would not take them. */
export function fitsRules(rules: PathRulesData): boolean {
  const { hidden, repositories, ignoreFiles } = rules;
  const paths = repositories.flatMap(({ dir, tracked }) => [dir, ...tracked]);
  const texts = [...repositories.flatMap(({ excludes }) => excludes), ...ignoreFiles.map(({ text }) => text)];
  return (
    hidden.length <= limits.hiddenPatterns &&
    [...paths, ...ignoreFiles.map(({ dir }) => dir)].every(({ length }) => length <= longestPath) &&
    texts.every(({ length }) => length <= longestText) &&
    encodeRules(rules).length <= limits.rules
  );
}

export function readRules(r: Reader): PathRulesData {
  if (r.left > limits.rules) r.fail("rules too large");
  return {
    hidden: r.list(limits.hiddenPatterns, 2, (item) => Buffer.from(item.latin1(1024), "latin1").toString("utf8")),
    exempt: r.list(limits.rules, 10, (item) => ({ dir: readNode(item), name: item.latin1(255) })),
    repositories: r.list(limits.rules, 10, readRepository),
    ignoreFiles: r.list(limits.rules, 6, (item) => ({ dir: item.latin1(longestPath), text: readText(item) })),
  };
}

function readRepository(r: Reader): Repository {
  return {
    dir: r.latin1(longestPath),
    excludes: r.list(16, 4, readText),
    tracked: r.list(limits.rules, 2, (item) => item.latin1(longestPath)),
  };
}

function writeList<T>(w: Writer, items: readonly T[], write: (item: T) => void): void {
  w.u32(items.length);
  for (const item of items) write(item);
}

function writeText(w: Writer, text: string): void {
  w.bytes(Buffer.from(text, "latin1"));
}

function readText(r: Reader): string {
  return Buffer.from(r.bytes(longestText)).toString("latin1");
}
