/** The built program as its user meets it, and nothing left behind whatever signal ends it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { helperProgram, homeEnvironment, isMounted, startHelper, type Helper } from "../harness/helper.ts";
import { run } from "../harness/run.ts";

let base: string;
let folder: string;
let mount: string;
let helpers: Helper[];
const others: ChildProcess[] = [];

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "pm-cli-")));
  folder = join(base, "app");
  mount = join(base, "guest");
  mkdirSync(folder);
  mkdirSync(mount);
  writeFileSync(join(folder, "a.txt"), "plain\n");
  helpers = [];
});
afterEach(async () => {
  for (const helper of helpers.toReversed()) await helper.stop();
  for (const other of others.splice(0)) other.kill("SIGKILL");
  await until(() => !isMounted(folder) && !isMounted(mount), "the mounts to go");
  rmSync(base, { recursive: true });
});

function homeOf(who: string): string {
  return join(base, `home-${who}`);
}
const environment = (who: string): Record<string, string> => homeEnvironment(homeOf(who));
async function pairmount(who: string, ...args: string[]): ReturnType<typeof run> {
  return await run(process.execPath, [helperProgram, ...args], { env: environment(who), timeoutMs: 30_000 });
}
async function share(): Promise<Helper> {
  const host = await startHelper({
    home: homeOf("host"),
    args: ["share", folder, "--accept", "--name", "ada"],
    mount: folder,
  });
  helpers.push(host);
  return host;
}
async function enter(host: Helper): Promise<Helper> {
  const invite = String(host.first["invite"]);
  const guest = await startHelper({ home: homeOf("guest"), args: ["join", invite, mount, "--name", "ben"], mount });
  helpers.push(guest);
  return guest;
}
async function until(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
/** Processes whose command line or parent is one of these helpers. */
function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" "))
    .filter((child) => child !== "")
    .map(Number);
}
function sockets(who: string): readonly string[] {
  return readdirSync(join(homeOf(who), "run/pairmount"));
}

describe("without a session", () => {
  test("--help, help of each command and --version answer and end with 0", async () => {
    expect(await pairmount("host", "--help")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("Exit codes") as string,
    });
    for (const command of ["share", "join", "status", "keep", "leave", "doctor"]) {
      const { code, out } = await pairmount("host", "help", command);
      expect({ code, about: out.split("\n")[0] }).toEqual({
        code: 0,
        about: expect.stringContaining(`pairmount ${command}`) as string,
      });
    }
    expect((await pairmount("host", "--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("misuse is one sentence and 2; a missing session is 4; a bad invite is 10; a missing folder is 11", async () => {
    expect(await pairmount("host", "share")).toMatchObject({ code: 2, out: "" });
    expect((await pairmount("host", "leave")).code).toBe(4);
    expect((await pairmount("host", "status", "--json")).code).toBe(0);
    const invite = await pairmount("host", "join", "nonsense", mount);
    expect({ code: invite.code, lines: invite.err.trim().split("\n").length }).toEqual({ code: 10, lines: 1 });
    expect((await pairmount("host", "share", join(base, "nowhere"))).code).toBe(11);
  });

  test("a guest that has no place for recovered versions does not join, and says which place", async () => {
    const host = await share();
    const state = join(environment("guest")["XDG_STATE_HOME"] ?? "", "pairmount");
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, "recovered"), "in the way");
    const refused = await pairmount("guest", "join", String(host.first["invite"]), mount);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain(join(state, "recovered"));
    expect(isMounted(mount)).toBe(false);
  });

  test("doctor --json gives one check a line", async () => {
    const { out } = await pairmount("host", "doctor", "--json");
    const checks = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(checks.length).toBeGreaterThan(3);
    for (const check of checks)
      expect(check).toMatchObject({ name: expect.any(String) as string, detail: expect.any(String) as string });
  });
});

describe("with a session", () => {
  test("status sees host and guest, leave ends each and returns with its mount gone", async () => {
    const host = await share();
    await enter(host);
    expect(readFileSync(join(mount, "a.txt"), "utf8")).toBe("plain\n");
    const status = JSON.parse((await pairmount("host", "status", "--json")).out) as Record<string, unknown>;
    expect(status).toMatchObject({ role: "host", mount: folder, pid: host.pid });
    expect((await pairmount("guest", "status")).out).toContain("ada");

    expect(await pairmount("guest", "leave", mount)).toMatchObject({ code: 0, err: "" });
    expect(isMounted(mount)).toBe(false);
    expect(await pairmount("host", "leave")).toMatchObject({ code: 0, err: "" });
    expect(isMounted(folder)).toBe(false);
    // The answer comes before the helper's own end.
    await until(() => [...sockets("host"), ...sockets("guest")].length === 0, "the sockets to go");
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("plain\n");
  });

  test("keep copies what was joined; a place that is taken is 23, a terminal that joined nothing 4", async () => {
    await enter(await share());
    const copy = join(base, "copy");
    const { code, out, err } = await pairmount("guest", "keep", copy, "--json");
    expect({ code, err, out: JSON.parse(out) as unknown }).toEqual({
      code: 0,
      err: "",
      out: { event: "kept", folder: copy, files: 1, bytes: 6, commits: 0, note: null },
    });
    expect(readFileSync(join(copy, "a.txt"), "utf8")).toBe("plain\n");
    expect((await pairmount("guest", "keep", copy)).code).toBe(23);
    expect((await pairmount("host", "keep", join(base, "other"))).code).toBe(4);
    expect((await pairmount("host", "keep", join(base, "other"), "--session", folder)).code).toBe(23);
  });

  test("--detach returns with the first line and the helper goes on until leave", async () => {
    const { code, out, err } = await pairmount("host", "share", folder, "--accept", "--detach");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const first = JSON.parse(out) as { event: string; mount: string; pid: number };
    expect(first).toMatchObject({ event: "shared", mount: folder });
    expect(isMounted(folder)).toBe(true);
    expect((await pairmount("host", "leave", folder)).code).toBe(0);
    await until(() => !alive(first.pid), "the helper to end");
  });

  test("--idle ends a session that nobody uses, and not before", async () => {
    const { out } = await pairmount("host", "share", folder, "--accept", "--detach", "--idle", "0.05");
    const { pid } = JSON.parse(out) as { pid: number };
    const begun = Date.now();
    await until(() => {
      if (Date.now() - begun < 4000) writeFileSync(join(folder, "used"), "");
      return !alive(pid);
    }, "the helper to end");
    expect(Date.now() - begun).toBeGreaterThan(4000 + 3000 - 500);
    expect(isMounted(folder)).toBe(false);
  });

  test("a guest is declined by a host that nobody can answer for, and exits with 17", async () => {
    const child = spawn(process.execPath, [helperProgram, "share", folder, "--json", "--name", "ada"], {
      cwd: "/",
      env: { ...process.env, ...environment("host") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    others.push(child);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { invite } = JSON.parse(line.toString().split("\n")[0] ?? "") as { invite: string };
    const declined = await pairmount("guest", "join", invite, mount);
    expect({ code: declined.code, says: declined.err }).toEqual({
      code: 17,
      says: expect.stringContaining("--accept") as string,
    });
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  });

  describe.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT", "SIGKILL"] as const)("%s", (signal) => {
    const orderly = ["SIGINT", "SIGTERM", "SIGHUP"].includes(signal);

    test.each(["host", "guest"] as const)("at the %s leaves no mount, socket or child", async (victim) => {
      const host = await share();
      const guest = await enter(host);
      const hit = victim === "host" ? host : guest;
      const point = victim === "host" ? folder : mount;
      const family = childrenOf(hit.pid);
      process.kill(hit.pid, signal);
      await until(
        () => !alive(hit.pid) && family.every((child) => !alive(child)),
        "the helper and its children to end",
      );
      await until(() => !isMounted(point), "its mount to go");
      if (orderly) expect(await hit.stop()).toBe(0);
      // What a dying helper could not clear, the next command clears.
      expect((await pairmount(victim, "status")).code).toBe(0);
      expect(sockets(victim)).toEqual([]);
      expect(readdirSync(folder)).toEqual(["a.txt"]);
      if (victim === "guest") expect(isMounted(folder)).toBe(true);
    });
  });
});
