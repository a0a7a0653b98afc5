import { readFileSync } from "node:fs";

/** What a process that runs has in memory (VmRSS), in MiB. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024;
}
