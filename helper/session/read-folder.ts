/** Reads a folder that is to be shared, before it is covered: what is in it, what of that is hidden, what git ignores. */
import { type HostFolder, openHostFolder } from "../content/host-folder.ts";
import { type Scanned, scanFolder } from "../content/scan.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import type { Progress } from "./api.ts";
import { createRulesCollector, type RulesCollector, type RulesOptions } from "./collect-rules.ts";
import { throwIfCancelled } from "./errors.ts";
import { type Entry, scannedDirs, scannedEntries } from "./rules-sources.ts";

export interface ReadFolder {
  readonly scanned: Scanned;
  readonly isHidden: PathRules["isHidden"];
  /** Paths for display. */
  readonly hidden: readonly string[];
  readonly collector: RulesCollector;
  /** Its first answer. Never rejects. */
  readonly collected: Promise<PathRulesData>;
}

/** `path`: of the folder, real. Rejects if the folder itself cannot be read, and with `cancelled`. */
export async function readFolder(
  folder: HostFolder,
  path: string,
  options: RulesOptions & {
    readonly progress?: (progress: Progress) => void;
    readonly signal?: AbortSignal | undefined;
    readonly warn: (text: string) => void;
  },
): Promise<ReadFolder> {
  const { hide, shareIgnored, warn, progress, signal } = options;
  const tell = (done: number, total: number): void => progress?.({ step: "scan", done, total });
  const real = { descriptor: folder.opened.paths.root, path };
  const collector = createRulesCollector({ hide, shareIgnored, folder: real, warn });
  collector.begin();
  tell(0, 0);
  const scanned = await scanFolder(folder, { progress: (seen) => tell(seen, 0) });
  tell(scanned.nodes.length, scanned.nodes.length);
  throwIfCancelled(signal);
  const entries = (): Iterable<Entry> => scannedEntries(scanned.nodes);
  const { isHidden, files: hidden } = await collector.hidden(entries(), scannedDirs(scanned.nodes));
  throwIfCancelled(signal);
  return { scanned, isHidden, hidden, collector, collected: collector.collect(entries) };
}

/** What of a folder would be hidden: paths for display. Rejects if it cannot be read. */
export async function hiddenIn(path: string, hide: readonly string[]): Promise<readonly string[]> {
  const folder = openHostFolder(path);
  try {
    return (await readFolder(folder, path, { hide, shareIgnored: true, warn: () => undefined })).hidden;
  } finally {
    folder.dispose();
  }
}
