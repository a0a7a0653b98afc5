import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { isOurs, readMounts, topmostMount } from "./mountinfo.ts";

/**
 * Unmounts our mounts (type `fuse.pairmount`) at or below these folders that nobody serves any more, and returns their mount
 * points. A live one is never touched, nor one that something else covers, nor one that gives no answer within two seconds.
 */
export async function clearDeadMounts(underDirs: readonly string[]): Promise<readonly string[]> {
  const roots = underDirs.map((dir) => Buffer.from(realPathWithoutLast(dir), "utf8").toString("latin1"));
  const cleared: string[] = [];
  // Latest first: what lies below another dead mount shows only once that one is gone.
  for (const line of [...readMounts()].reverse()) {
    if (!isOurs(line) || !roots.some((root) => isAtOrBelow(line.mountPoint, root))) continue;
    const path = Buffer.from(line.mountPoint, "latin1").toString("utf8");
    const reachable = () => topmostMount(path)?.device === line.device;
    if (!reachable() || !(await isDead(path)) || !reachable()) continue;
    const unmounted = await run("umount", ["-i", "-c", "-l", "--", path]);
    if (unmounted.code === 0) cleared.push(path);
  }
  return cleared;
}

function isAtOrBelow(path: string, root: string): boolean {
  return path === root || root === "/" || path.startsWith(`${root}/`);
}

/** The folder itself may be a dead mount, which must not be looked at from this process: only its parent is resolved. */
function realPathWithoutLast(dir: string): string {
  const path = resolvePath(dir);
  const slash = path.lastIndexOf("/");
  if (slash <= 0) return path;
  try {
    return `${realpathSync(path.slice(0, slash)).replace(/\/$/, "")}${path.slice(slash)}`;
  } catch {
    return path; // Its parent is gone, or is itself the dead mount: the path as given is the best name there is.
  }
}

/** statfs always asks the server; a plain stat of a dead mount may still be answered from cache for its attributes' TTL. */
async function isDead(path: string): Promise<boolean> {
  const { code, errors } = await run("stat", ["-f", "--", path]);
  return code !== 0 && errors.includes("Transport endpoint is not connected");
}

/** A child, because a mount that hangs would hang the process that looks. `code` null: no answer in time. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: "/",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    });
    let errors = "";
    const settle = (code: number | null) => {
      clearTimeout(deadline);
      child.stderr.destroy();
      child.unref();
      resolve({ code, errors });
    };
    const deadline = setTimeout(() => {
      child.kill("SIGKILL");
      settle(null);
    }, 2000);
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString("latin1");
    });
    child.once("error", () => settle(null));
    child.once("close", settle);
  });
}
