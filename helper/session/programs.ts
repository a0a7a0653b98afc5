/** Programs of this machine, as the kernel's requests name them: by thread. */
import { readFileSync } from "node:fs";
import type { Program } from "../replica/lost-locks.ts";

/** Undefined where /proc does not show the thread: it has ended, or lives in another pid namespace (thread 0). */
export function programOf(thread: number): Program | undefined {
  const pid = /^Tgid:\s*(\d+)$/m.exec(read(`/proc/${thread}/status`) ?? "")?.[1];
  const started = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || started === undefined) return undefined;
  return { id: `${pid} ${started}`, isRunning: () => startOf(pid) === started };
}

/** When the process began, in clock ticks since boot: a pid is used again, this is not. Undefined once it has ended. */
function startOf(pid: string): string | undefined {
  const stat = read(`/proc/${pid}/stat`) ?? "";
  // `1234 (a name) S 1 …`: the name may hold anything, so what follows is counted from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
