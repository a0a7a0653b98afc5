/** What documents with unsaved changes showed when they were last clean, in the workspace's storage. */
import type { Memento } from "vscode";
import { fromJson, list, record, text } from "./helper-edge.ts";
import type { SeenText } from "./seen-text.ts";

const key = "pairmount.bases";
/** Files at once. */
const most = 200;

type Entry = SeenText & { readonly file: string };
const parse = list(record<Entry>({ file: text, hash: text, eol: text, encoding: text }));

export interface RememberedBases {
  get(file: string): SeenText | undefined;
  /** Undefined forgets it. */
  set(file: string, base: SeenText | undefined): void;
}

/** What another version stored is not remembered. */
export function rememberedBases(memory: Memento): RememberedBases {
  const stored = fromJson(memory.get<string>(key, "[]"), parse) ?? [];
  const bases = new Map(stored.map(({ file, ...base }) => [file, base as SeenText]));
  return {
    get: (file) => bases.get(file),
    set(file, base) {
      if (bases.get(file)?.hash === base?.hash) return;
      if (base === undefined) bases.delete(file);
      else bases.set(file, base);
      const latest = Array.from(bases, ([path, each]): Entry => ({ file: path, ...each })).slice(-most);
      void memory.update(key, JSON.stringify(latest));
    },
  };
}
