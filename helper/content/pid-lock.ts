import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * A file that says which process something belongs to: `4711 88123`, its id and when it was started (proc(5), stat 22), so that a
 * later process of that id is not taken for it. False: it belongs to a process that lives. Throws where the file cannot be made.
 */
export function takeLock(path: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}`, { mode: 0o600 });
  try {
    if (tryLink(own, path)) return true;
    if (isHeld(path)) return false;
    // Of two that find it dead one moves it away, and it may be the other's new one by then.
    const dead = `${own}.dead`;
    renameSync(path, dead);
    const wasHeld = isHeld(dead);
    if (wasHeld) tryLink(dead, path);
    rmSync(dead, { force: true });
    return !wasHeld && tryLink(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

export function releaseLock(path: string): void {
  rmSync(path, { force: true });
}

function isHeld(path: string): boolean {
  const [pid, start] = readFileSync(path, "utf8").split(" ");
  return start !== undefined && start === startOf(Number(pid));
}

/** Undefined: no such process. */
function startOf(pid: number): string | undefined {
  try {
    // The name, in brackets, may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
