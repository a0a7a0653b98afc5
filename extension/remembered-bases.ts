/** The bases of documents with unsaved changes, in the workspace's storage. */
import type { Memento } from "vscode";
import { fromJson, list, record, text } from "./helper-edge.ts";

const key = "pairmount.bases";
/** Files at once. */
const most = 200;
const parse = list(record<{ readonly file: string; readonly base: string }>({ file: text, base: text }));

export interface RememberedBases {
  get(file: string): string | undefined;
  set(file: string, base: string): void;
  forget(file: string): void;
}

/** What another version stored is not remembered. */
export function rememberedBases(memory: Memento): RememberedBases {
  const stored = fromJson(memory.get<string>(key, "[]"), parse) ?? [];
  const bases = new Map(stored.map(({ file, base }) => [file, base]));
  const store = (): void => {
    const latest = Array.from(bases, ([file, base]) => ({ file, base })).slice(-most);
    void memory.update(key, JSON.stringify(latest));
  };
  return {
    get: (file) => bases.get(file),
    set(file, base) {
      if (bases.get(file) === base) return;
      bases.set(file, base);
      store();
    },
    forget(file) {
      if (bases.delete(file)) store();
    },
  };
}
