import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clearDeadMounts } from "../../helper/mountstep/dead-mounts.ts";
import { mountFuse } from "../../helper/mountstep/mount-fuse.ts";
import { topmostMount } from "../../helper/mountstep/mountinfo.ts";

const run = promisify(execFile);
const base = realpathSync(mkdtempSync(join(tmpdir(), "pm-mountstep-")));
const bundle = join(base, "server.mjs");
let folder: string;
let started: ChildProcess[] = [];

beforeAll(async () => {
  chmodSync(base, 0o755);
  await build({
    entryPoints: ["test/process/mountstep-server.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: bundle,
    logLevel: "error",
  });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeEach(() => {
  folder = join(mkdtempSync(join(base, "t-")), "a folder");
  chmodSync(join(folder, ".."), 0o755);
  mkdirSync(folder);
  writeFileSync(join(folder, "below"), "untouched");
});

afterEach(async () => {
  for (const child of started) child.kill("SIGKILL");
  await Promise.all(started.map(ended));
  started = [];
  const mounted = () => topmostMount(folder) !== undefined;
  await until(() => !mounted()).catch(() => undefined);
  for (let tries = 0; tries < 5 && mounted(); tries++) await run("umount", ["-l", folder]);
});

interface Server {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The mount step, its only child. */
  readonly step: number;
  readonly told: string;
}

/** Starts the tiny file system in a process group of its own and waits until it serves. */
async function startServer(at: string, reader = "auto", mode = "bare"): Promise<Server> {
  const child = spawn(process.execPath, [bundle, at, reader, mode], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  started.push(child);
  const pid = child.pid as number;
  const told = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    child.once("exit", (code) => reject(new Error(`server ended with ${code}`)));
  });
  const step = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ")[0]);
  return { child, pid, step, told };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`still not: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** In a child with a deadline: a mount that hangs must fail a test, not hang it. */
async function sh(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("/bin/sh", ["-c", script, "sh", ...args], { timeout: 10_000, killSignal: "SIGKILL" });
  return stdout;
}

/** Ended, reaped or not: an orphan's parent is init, which takes its time. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function expectPlainFolder(): void {
  expect(topmostMount(folder)).toBeUndefined();
  expect(readFileSync(join(folder, "below"), "utf8")).toBe("untouched");
}

describe.each(["pipe", "fs"])("a file system served with the %s reader", (reader) => {
  it("covers the folder, lists, reads small and large files whole, and serves 1 MiB writes", async () => {
    const { told } = await startServer(folder, reader);
    expect(told).toBe(`mounted ${reader} 1048576\n`);
    expect(await sh('ls "$1"', folder)).toBe("big\nhello\n");
    expect(await sh('cat "$1/hello"', folder)).toBe("hello from fuse\n");
    expect(await sh('md5sum <"$1/big"', folder)).toBe("e230a73093573d16cc4d9a4f7373f4cb  -\n");
    expect(topmostMount(folder)).toMatchObject({ type: "fuse.pairmount", source: "tiny" });
  });

  it("answers EIO where the handler throws, and goes on", async () => {
    await startServer(folder, reader);
    await expect(sh('cat "$1/throws"', folder)).rejects.toThrow("Input/output error");
    expect(await sh('cat "$1/hello"', folder)).toBe("hello from fuse\n");
  });

  it("unmounts when told to, and its process ends by itself", async () => {
    const { child, step } = await startServer(folder, reader, "plain");
    child.kill("SIGTERM");
    await ended(child);
    expect(child.exitCode).toBe(0);
    expectPlainFolder();
    expect(isGone(step)).toBe(true);
  });
});

it("another user enters too, held to mode bits; the mount is always nosuid and nodev", async () => {
  await startServer(folder);
  expect(await sh('setpriv --reuid 65534 --regid 65534 --clear-groups cat "$1/hello"', folder)).toBe(
    "hello from fuse\n",
  );
  expect(await sh("grep fuse.pairmount /proc/self/mountinfo")).toMatch(/nosuid,nodev.*default_permissions,allow_other/);
});

describe("the mount goes when its helper does", () => {
  it.each(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"] as const)("killed with %s", async (signal) => {
    const { child, step } = await startServer(folder);
    child.kill(signal);
    await ended(child);
    await until(() => topmostMount(folder) === undefined);
    expectPlainFolder();
    await until(() => isGone(step));
  });

  it.each(["SIGINT", "SIGKILL"] as const)("also when %s goes to the whole process group", async (signal) => {
    const { child, pid } = await startServer(folder);
    process.kill(-pid, signal);
    await ended(child);
    await until(() => topmostMount(folder) === undefined);
    expectPlainFolder();
  });

  it("the step itself does not end by a signal that can be ignored", async () => {
    const { child, step } = await startServer(folder);
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.kill(step, signal);
    expect(await sh('cat "$1/hello"', folder)).toBe("hello from fuse\n");
    child.kill("SIGKILL");
    await until(() => topmostMount(folder) === undefined);
  });

  it("with an open file on it, too", async () => {
    const { child } = await startServer(folder);
    const holder = spawn("sleep", ["60"], { stdio: ["ignore", "ignore", "ignore"], cwd: folder });
    started.push(holder);
    child.kill("SIGKILL");
    await until(() => topmostMount(folder) === undefined);
    expectPlainFolder();
  });

  it("but a later mount on top of it stays", async () => {
    const { child, step } = await startServer(folder);
    await run("mount", ["-t", "tmpfs", "-o", "size=1m", "later", folder]);
    child.kill("SIGKILL");
    await until(() => isGone(step));
    expect(topmostMount(folder)).toMatchObject({ type: "tmpfs", source: "later" });
    expect(await clearDeadMounts([folder])).toEqual([]);
    await run("umount", [folder]);
    expect(await clearDeadMounts([folder])).toEqual([folder]);
    expectPlainFolder();
  });
});

it("dead mounts of ours are cleared, live ones and other folders are not touched", async () => {
  const other = join(folder, "..", "live");
  mkdirSync(other);
  const dead = await startServer(folder);
  const live = await startServer(other);
  process.kill(dead.step, "SIGKILL");
  await until(() => isGone(dead.step));
  dead.child.kill("SIGKILL");
  await ended(dead.child);
  expect(topmostMount(folder)).toBeDefined();
  expect(await clearDeadMounts([join(folder, "elsewhere")])).toEqual([]);
  expect(await clearDeadMounts([join(folder, "..")])).toEqual([folder]);
  expectPlainFolder();
  expect(await sh('cat "$1/hello"', other)).toBe("hello from fuse\n");
  live.child.kill("SIGKILL");
  await until(() => topmostMount(other) === undefined);
});

describe("what cannot be mounted is refused with its reason", () => {
  const options = { fsName: "tiny", ownerUid: 0, ownerGid: 0, allowOther: true, readOnly: false };
  const code = async (mountPoint: string, changes: object = {}) => {
    const outcome = await mountFuse({ ...options, mountPoint, ...changes });
    return outcome.ok ? "mounted" : outcome.failure.code;
  };

  it("a missing folder, a file, a path through a symlink, another user's folder, a name that is none", async () => {
    const link = join(folder, "..", "link");
    symlinkSync(folder, link);
    chownSync(folder, 0, 0);
    expect(await code(join(folder, "missing"))).toBe("mount-point-missing");
    expect(await code(join(folder, "below"))).toBe("mount-point-not-directory");
    expect(await code(link)).toBe("mount-point-symlink");
    expect(await code(folder, { ownerUid: 1000 })).toBe("mount-point-not-owned");
    expect(await code(folder, { fsName: "-o" })).toBe("bad-name");
  });

  it("a folder that Pairmount already covers", async () => {
    await startServer(folder);
    expect(await code(folder)).toBe("already-mounted");
  });

  it("without the right to mount, the sentence says what to do", async () => {
    const { stdout } = await run(
      "setpriv",
      ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin", process.execPath, bundle, folder],
      {
        timeout: 10_000,
      },
    ).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toContain("failed no-right-to-mount This root may not mount (CAP_SYS_ADMIN is missing).");
    expectPlainFolder();
  });
});
