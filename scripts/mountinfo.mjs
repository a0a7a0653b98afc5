// What /proc/self/mountinfo says (proc_pid_mountinfo(5)). Asks no file system, so a dead mount cannot hang it.
import { readFileSync } from "node:fs";

function lines() {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(" - "))
    .map((line) => {
      const [left, right] = line.split(" - ");
      const [id, , , , point] = left.split(" ");
      return {
        id,
        point: point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
        type: right.split(" ")[0],
      };
    });
}

/** Mounts a helper may have made: `fuse.pairmount` by the kernel driver, plain `fuse` by fuse-native. */
export function helperMounts() {
  return lines().filter(({ type }) => type === "fuse.pairmount" || type === "fuse");
}

/** Mount points at or below `path`. */
export function mountsUnder(path) {
  return lines()
    .map(({ point }) => point)
    .filter((point) => point === path || point.startsWith(`${path}/`));
}

export function isMounted(path) {
  return mountsUnder(path).includes(path);
}
