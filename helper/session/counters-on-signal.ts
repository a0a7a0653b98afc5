/** For measuring a session from outside, without a cost while nobody asks. */
import { renameSync, writeFileSync } from "node:fs";
import type { Disposable } from "../base/disposable.ts";
import type { Mounted } from "../mount/driver.ts";

/** Writes the counters to `file`, whole or not at all, at each SIGUSR2. */
export function writeCountersOnSignal(file: string, mounted: Pick<Mounted, "stats">): Disposable {
  const write = (): void => {
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify(mounted.stats()));
    renameSync(unfinished, file);
  };
  process.on("SIGUSR2", write);
  return { dispose: () => void process.off("SIGUSR2", write) };
}
