/** A window on the mount of a helper that speaks another version. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openRegistry } from "../../../helper/session/registry.ts";
import { fake } from "../../harness/fake-vscode.ts";
import { createDesk, type Desk, notice } from "./window.ts";

/** Answers whatever it is asked with version 2, and ends in order when it is told to. */
const program = `
const { createServer } = require("node:net");
const server = createServer((stream) => {
  stream.on("error", () => undefined);
  stream.on("data", (bytes) => {
    const id = /"id":(\\d+)/.exec(String(bytes))?.[1];
    if (id === undefined) return;
    const answer = JSON.stringify({ jsonrpc: "2.0", id: Number(id), result: { version: 2, role: "host", mount: "/m", pid: process.pid } });
    stream.write("Content-Length: " + answer.length + "\\r\\n\\r\\n" + answer);
  });
});
server.listen(process.argv[1], () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
`;

let desk: Desk;
let older: ChildProcess;
let mount: string;
beforeEach(() => {
  desk = createDesk();
  mount = join(desk.folder, "app");
  mkdirSync(mount);
});
afterEach(async () => {
  older.kill("SIGKILL");
  await desk.end();
});

async function openOnOlder(role: "host" | "guest"): Promise<void> {
  const registry = await openRegistry(process.env, process.getuid?.() ?? 0);
  const socket = join(desk.folder, "pairmount", "older.sock");
  older = spawn(process.execPath, ["-e", program, socket], { stdio: ["ignore", "pipe", "inherit"] });
  if (older.stdout === null || older.pid === undefined) throw new Error("spawned with pipes");
  await once(older.stdout, "data");
  await registry.register(socket, { role, mount, folder: role === "host" ? mount : null, pid: older.pid });
  desk.open(mount);
}

it("is told so, and nothing ends while it is not answered", async () => {
  await openOnOlder("host");
  const told = await notice(/another version of Pairmount.*Guests have to join again/);
  expect(told.buttons).toEqual(["Restart and Go On"]);
  told.press(undefined);
  await vi.waitFor(() => expect(fake.shown).toHaveLength(1));
  expect(older.exitCode).toBeNull();
});

it("ends it and shares the folder again, by one click", async () => {
  await openOnOlder("host");
  const told = await notice(/another version/);
  const next = await desk.share();
  desk.program({ event: "shared", mount, pid: 1, socket: next.socket });
  told.press("Restart and Go On");
  await notice(/invite is on the clipboard/);
  expect(older.exitCode).toBe(0);
  expect(desk.ran().slice(0, 2)).toEqual(["share", mount]);
});

it("ends it and joins again at the same place, by the invite that is known", async () => {
  const invite = `AQ${"x".repeat(90)}`;
  await openOnOlder("guest");
  desk.stored.set(`pairmount.invite:${mount}`, invite);
  const told = await notice(/another version.*let you in again/);
  const next = await desk.share({ role: "guest", folder: null });
  desk.program({ event: "joined", mount, pid: 1, socket: next.socket });
  told.press("Restart and Go On");
  await vi.waitFor(() => expect(fake.executed).toContainEqual(["workbench.action.reloadWindow"]), { timeout: 5000 });
  expect(desk.ran().slice(0, 3)).toEqual(["join", invite, mount]);
});
