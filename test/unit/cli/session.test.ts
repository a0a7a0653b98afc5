import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { deferred } from "../../../helper/cli/deferred.ts";
import { runCli } from "../../../helper/cli/run.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import type { SessionEvent } from "../../../helper/session/api.ts";
import { SessionError } from "../../../helper/session/errors.ts";
import { openRegistry } from "../../../helper/session/registry.ts";
import { createWorld, statusOfFake, type World, type WorldOptions } from "./fake-session.ts";

const worlds: World[] = [];
function world(options?: WorldOptions): World {
  const made = createWorld(options);
  worlds.push(made);
  return made;
}
afterEach(() => {
  for (const made of worlds.splice(0)) made.close();
});
function linesOf(text: string): readonly Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
function folderOf({ ports }: World): string {
  return join(ports.env["XDG_RUNTIME_DIR"] ?? "", "pairmount");
}

test("share --json says first where and how to join, then what happened while it began, and ends with 0 on a signal", async () => {
  const w = world();
  const running = runCli(w.ports, ["share", "app", "--json", "--accept", "--name", "ada"]);
  await w.says("two programs");
  w.tell({ event: "operation", peer: "ben", kind: "changed", path: "a.txt", ms: 1.5 });
  w.signal();
  expect(await running).toBe(0);
  const [first, second, third, last] = linesOf(w.out());
  expect(first).toMatchObject({ event: "shared", mount: "/work/app", invite: "PM1-abc", pid: process.pid, port: 4711 });
  expect(first).toMatchObject({ hidden: { count: 2, first: [".env", "keys/a.pem"] }, ignored: "apart" });
  expect(second).toMatchObject({ event: "warning" });
  expect(third).toMatchObject({ event: "operation", path: "a.txt" });
  expect(last).toEqual({ event: "ended", reason: "left" });
  expect(w.disposals()).toBeGreaterThan(0);
  expect(readdirSync(folderOf(w))).toEqual([]);
});

test("warnings of the beginning are told to clients that attach soon after it", async () => {
  const w = world();
  const running = runCli(w.ports, ["share", "app", "--json", "--accept", "--name", "ada"]);
  await w.says("two programs");
  const [socket] = readdirSync(folderOf(w)).filter((name) => name.endsWith(".sock"));
  const heard = async (): Promise<SessionEvent> => {
    const event = deferred<SessionEvent>();
    const client = await connectRpc(join(folderOf(w), socket ?? ""), { onEvent: event.resolve });
    await client.request("attach", {});
    const first = await event.promise;
    client.dispose();
    return first;
  };
  expect(await heard()).toMatchObject({ event: "warning" });
  // The window of a mount follows the one that joined.
  expect(await heard()).toMatchObject({ event: "warning" });
  w.signal();
  await running;
});

test("progress stays out of the JSON lines unless it is asked for", async () => {
  const w = world();
  const running = runCli(w.ports, ["share", "app", "--json", "--progress", "--name", "ada"]);
  await w.says("shared");
  w.signal();
  await running;
  expect(linesOf(w.out())[0]).toEqual({ event: "progress", step: "scan", done: 5, total: 10 });
});

test("status, status --watch and leave speak to the running session", async () => {
  const host = world();
  const running = runCli(host.ports, ["share", "app", "--json", "--name", "ada"]);
  await host.says("shared");
  const runtime = host.ports.env["XDG_RUNTIME_DIR"] ?? "";

  const status = world({ runtime });
  expect(await runCli(status.ports, ["status", "--json"])).toBe(0);
  expect(JSON.parse(status.out())).toEqual({ ...statusOfFake, pid: process.pid });

  const text = world({ runtime });
  expect(await runCli(text.ports, ["status"])).toBe(0);
  expect(text.out()).toContain("/work/app  (shared, in sync)");
  expect(text.out()).toContain(".git/index.lock, held by ben");

  const watcher = world({ runtime });
  const watching = runCli(watcher.ports, ["status", "--watch", "--json"]);
  await watcher.says("position");
  host.tell({
    event: "commit",
    own: false,
    old: null,
    how: "commit",
    at: 1,
    peer: "ben",
    hash: "0123456789abcdef",
    subject: "Fix",
    author: "Ben",
    branch: "main",
    ms: 2,
  });
  await watcher.says("Fix");

  const leaver = world({ runtime });
  expect(await runCli(leaver.ports, ["leave", "/work/app"])).toBe(0);
  expect(leaver.out()).toBe("Left; /work/app is unmounted.\n");
  expect(await running).toBe(0);
  expect(await watching).toBe(0);
  expect(linesOf(watcher.out()).at(-1)).toEqual({ event: "ended", reason: "left" });

  expect(await runCli(world({ runtime }).ports, ["leave"])).toBe(4);
});

test("a folder that is shared is not shared again", async () => {
  const host = world();
  const running = runCli(host.ports, ["share", "app", "--json", "--name", "ada"]);
  await host.says("shared");
  const again = world({ runtime: host.ports.env["XDG_RUNTIME_DIR"] ?? "" });
  expect(await runCli(again.ports, ["share", "/work/app", "--name", "ada"])).toBe(19);
  expect(again.err()).toContain("already");
  host.signal();
  await running;
});

test("without a terminal and without --accept a guest is declined with the reason", async () => {
  const w = world();
  const running = runCli(w.ports, ["share", "app", "--name", "ada"]);
  await w.says("Invite");
  const decision = await w.asks({ name: "ben", fingerprint: "fish lamp", wants: "read-write" });
  expect(decision).toMatchObject({ accept: false, reason: expect.stringContaining("--accept") as string });
  w.signal();
  await running;
});

test("the host is asked with name and fingerprint until the answer is understood, one guest at a time", async () => {
  const w = world({ interactive: true, input: ["what?", "r", "y", "n"] });
  const running = runCli(w.ports, ["share", "app", "--name", "ada"]);
  await w.says("Invite");
  const decisions = await Promise.all(
    ["ben\u001b[2J", "cleo", "dora"].map((name) => w.asks({ name, fingerprint: "fish lamp", wants: "read-write" })),
  );
  expect(decisions).toEqual([
    { accept: true, access: "read-only" },
    { accept: true, access: "read-write" },
    { accept: false, reason: "" },
  ]);
  expect(w.out()).toContain("fish lamp");
  expect(w.out()).not.toContain("\u001b[2J");
  w.signal();
  await running;
});

test("a client may answer what the terminal was asked, which then asks for the next guest", async () => {
  const w = world({ interactive: true, waitsForInput: true });
  const running = runCli(w.ports, ["share", "app", "--name", "ada"]);
  await w.says("Invite");
  const asked = ["ben", "cleo"].map((name) => w.asks({ name, fingerprint: "fish lamp", wants: "read-write" }));
  await w.says("ben asks to join");
  const [socket] = readdirSync(folderOf(w)).filter((name) => name.endsWith(".sock"));
  const client = await connectRpc(join(folderOf(w), socket ?? ""));
  const { state } = await client.request("attach", {});
  expect(state.joins.map(({ id, name }) => [id, name])).toEqual([
    [1, "ben"],
    [2, "cleo"],
  ]);
  await client.request("decide", { id: 1, accept: true, access: "read-only" });
  expect(await asked[0]).toEqual({ accept: true, access: "read-only" });
  await w.says("Not to be answered any more");
  await w.says("cleo asks to join");
  await client.request("decide", { id: 2, accept: false, access: "read-only" });
  expect(await asked[1]).toEqual({ accept: false, reason: "" });
  client.dispose();
  w.signal();
  expect(await running).toBe(0);
});

test("a signal before the session has begun cancels it: nothing is announced, and what began all the same ends", async () => {
  const w = world({ startsWhenCancelled: true });
  const running = runCli(w.ports, ["share", "app", "--json", "--progress", "--name", "ada"]);
  await w.says("scan");
  w.signal();
  expect(await running).toBe(22);
  expect(linesOf(w.out()).map(({ event, code }) => [event, code])).toEqual([
    ["progress", undefined],
    ["warning", undefined],
    ["failed", "cancelled"],
  ]);
  expect(w.disposals()).toBe(1);
});

test("a read-only share lets nobody write, whatever is answered", async () => {
  const w = world();
  const running = runCli(w.ports, ["share", "app", "--read-only", "--accept", "--name", "ada", "--json"]);
  await w.says("shared");
  expect(await w.asks({ name: "ben", fingerprint: "x", wants: "read-write" })).toEqual({
    accept: true,
    access: "read-only",
  });
  w.signal();
  await running;
});

test("a guest whose session ends by itself exits with the code of a lost host", async () => {
  const w = world();
  const running = runCli(w.ports, ["join", "PM1-abc", "--name", "ben"]);
  await w.says("Shared at");
  w.end("the host stopped sharing");
  expect(await running).toBe(21);
  expect(w.out()).toContain("the host stopped sharing");
});

test("the host is told which files are hidden, few by name, and whose what git ignores is", async () => {
  const w = world({ hidden: ["a.key", "b\u001b.key", "c", "d", "e", "f", "g"] });
  const running = runCli(w.ports, ["share", "app", "--name", "ada"]);
  await w.says("Ctrl-C ends sharing");
  w.signal();
  await running;
  expect(w.out()).toContain("Hidden      a.key, b\\x1b.key, c, d, e and 2 more: only you have them\n");
  expect(w.out()).toContain("Git-ignored guests read it; what each writes there stays with it\n");
});

test("hidden says what would be hidden, and shares nothing", async () => {
  const w = world();
  expect(await runCli(w.ports, ["hidden", "/", "--hide", "a", "--hide", "b", "--json"])).toBe(0);
  expect(linesOf(w.out())).toEqual([{ event: "hidden", files: ["/:a", "/:b"] }]);
  expect(await runCli(w.ports, ["hidden", "/not/there"])).toBe(11);
});

test("a second signal does not wait", async () => {
  const w = world({ neverStarts: true });
  void runCli(w.ports, ["share", "app", "--name", "ada"]);
  await w.says("Reading the folder");
  w.signal();
  expect(w.exits).toEqual([]);
  w.signal();
  expect(w.exits).toEqual([130]);
});

test("known failures are one sentence with their own exit code; unknown ones tell where the log is and hide the stack", async () => {
  const known = world({ fails: new SessionError("no-fuse", "/dev/fuse is missing") });
  expect(await runCli(known.ports, ["share", "app", "--name", "ada"])).toBe(14);
  expect(known.err()).toBe("pairmount: FUSE is not available on this machine: /dev/fuse is missing\n");

  const json = world({ fails: new SessionError("no-fuse", "/dev/fuse is missing") });
  expect(await runCli(json.ports, ["share", "app", "--name", "ada", "--json"])).toBe(14);
  const text = "FUSE is not available on this machine: /dev/fuse is missing";
  expect(linesOf(json.out())).toEqual([{ event: "failed", code: "no-fuse", text }]);

  const unknown = world({ fails: new TypeError("x is not a function") });
  expect(await runCli(unknown.ports, ["share", "app", "--name", "ada"])).toBe(1);
  expect(unknown.err()).toMatch(/x is not a function\nThe log is .*\.log\n$/);
  expect(unknown.err()).not.toContain(" at ");
});

test("what dead helpers left in the runtime folder is cleared by the next one who looks", async () => {
  const w = world();
  const registry = await openRegistry(w.ports.env, w.ports.uid);
  const entry = { role: "host", mount: "/m", folder: "/m", pid: 2 ** 22 + 1 } as const;
  await registry.register(join(folderOf(w), "1-1.sock"), entry);
  // A live process, and a socket file nobody listens on any more.
  const deaf = createServer().listen(join(folderOf(w), "2-1.sock"));
  await once(deaf, "listening");
  await registry.register(join(folderOf(w), "2-1.sock"), { ...entry, pid: process.pid });
  writeFileSync(join(folderOf(w), "3-1.json"), "{ half");
  expect((await registry.sessions()).map(({ pid }) => pid)).toEqual([process.pid]);
  deaf.close();
  await once(deaf, "close");
  expect(await registry.sessions()).toEqual([]);
  expect(readdirSync(folderOf(w))).toEqual([]);
});

test("doctor says how to mend what failed, and exits with 3", async () => {
  const w = world();
  expect(await runCli(w.ports, ["doctor"])).toBe(3);
  expect(w.out()).toContain("modprobe fuse");
});
