/**
 * Every process that a workbench starts, terminals and detached helpers included, inherits a mark in its environment. By it
 * they are found and ended, and nothing else is.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export const markName = "PAIRMOUNT_TEST_WORKBENCH";
/** What a process gets to end by itself. */
const graceMs = 10_000;
let made = 0;

/** Names the test process, so that a later run knows a mark whose owner is gone. */
export function createMark(): string {
  made += 1;
  return `${process.pid}-${made}`;
}

/** Asks all that carry the mark to end; kills what is still there later. */
export async function endMarked(mark: string): Promise<void> {
  await end((found) => found === mark);
}

/** Ends what a test process left that was itself killed. */
export async function endAbandoned(): Promise<void> {
  await end((found) => !isAlive(Number.parseInt(found, 10)));
}

async function end(isWanted: (mark: string) => boolean): Promise<void> {
  const asked = new Set<number>();
  const deadline = Date.now() + graceMs;
  for (;;) {
    const marked = [...marks()].filter(([, mark]) => isWanted(mark)).map(([pid]) => pid);
    for (const pid of marked) {
      if (!asked.has(pid)) signal(pid, "SIGTERM");
      else if (Date.now() > deadline) signal(pid, "SIGKILL");
      asked.add(pid);
    }
    if (![...asked].some(isRunning)) return;
    // Nobody tells of the end of a process that is not one's own child.
    await pause(20);
  }
}

/** An ending process loses its environment first, its open files later, its entry when its parent looks. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function marks(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync("/proc")) {
    const mark = /^\d+$/.test(name) ? markOf(name) : undefined;
    if (mark !== undefined) found.set(Number(name), mark);
  }
  return found;
}

function markOf(pid: string): string | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return entries.find((entry) => entry.startsWith(`${markName}=`))?.slice(markName.length + 1);
  } catch {
    // Ended meanwhile, or another user's.
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
