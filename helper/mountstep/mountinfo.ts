import { readFileSync } from "node:fs";

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface MountLine {
  /** Of this mount while it is there; given again later, as the device is. */
  readonly id: string;
  /** `0:52` */
  readonly device: string;
  /** As bytes, one per code unit (latin1). */
  readonly mountPoint: string;
  readonly type: string;
  readonly source: string;
}

/** In mount order: of two lines with one mount point the later covers the earlier. */
export function parseMountInfo(latin1: string): readonly MountLine[] {
  const lines: MountLine[] = [];
  for (const line of latin1.split("\n")) {
    const [left, right] = line.split(" - ");
    if (left === undefined || right === undefined) continue;
    const [id, , device, , mountPoint] = left.split(" ");
    const [type, source] = right.split(" ");
    if (
      id === undefined ||
      device === undefined ||
      mountPoint === undefined ||
      type === undefined ||
      source === undefined
    )
      continue;
    lines.push({ id, device, mountPoint: unescape(mountPoint), type, source: unescape(source) });
  }
  return lines;
}

/** fs/proc_namespace.c, mangle: space, tab, newline and backslash as octal. `/a b` → `/a\040b` */
export function escapeMountPoint(path: string): string {
  return path.replace(/[ \t\n\\]/g, (unit) => `\\${unit.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

export function readMounts(): readonly MountLine[] {
  return parseMountInfo(readFileSync("/proc/self/mountinfo", "latin1"));
}

/** What one meets at this path; undefined where nothing is mounted exactly there. Asks no file system. */
export function topmostMount(path: string): MountLine | undefined {
  const bytes = Buffer.from(path, "utf8").toString("latin1");
  return readMounts().findLast((line) => line.mountPoint === bytes);
}

/** The subtype script.ts gives every mount. */
export function isOurs(line: MountLine | undefined): boolean {
  return line?.type === "fuse.pairmount";
}
