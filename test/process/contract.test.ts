/** The contract of the control socket, spoken with the built helpers of a host and a guest. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Delta, PeerPresence, Presence, SessionEvent, SessionState } from "../../helper/api.ts";
import { connectRpc, type RpcClient } from "../../helper/rpc/client.ts";
import { makeRepository, mustGit } from "../harness/git.ts";
import { helperProgram, homeEnvironment, isMounted } from "../harness/helper.ts";
import { run } from "../harness/run.ts";

let base: string;
let folder: string;
let mount: string;
const clients: RpcClient[] = [];

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "pm-api-")));
  folder = join(base, "app");
  mount = join(base, "guest");
  mkdirSync(folder);
  await makeRepository({ root: folder, name: "ada" });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  await pairmount("ben", ["leave", mount]);
  await pairmount("ada", ["leave", folder]);
  expect([isMounted(folder), isMounted(mount)]).toEqual([false, false]);
  rmSync(base, { recursive: true });
});

const environment = (who: string): Record<string, string> => homeEnvironment(join(base, who));

function linesOf(out: string): readonly Record<string, unknown>[] {
  const lines = out.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function pairmount(who: string, args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const command = [helperProgram, ...args, "--json"];
  return linesOf((await run(process.execPath, command, { env: environment(who), timeoutMs: 60_000 })).out);
}

/** A command in the background that is told to stop as soon as it has said `word`. */
async function cancelled(who: string, args: readonly string[], word: string) {
  const command = [helperProgram, ...args, "--detach", "--json", "--progress"];
  const env = { ...process.env, ...environment(who) };
  const child = spawn(process.execPath, command, { cwd: "/", env, stdio: ["ignore", "pipe", "ignore"] });
  let out = "";
  const told = new Promise<void>((resolve) =>
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      if (out.includes(word)) resolve();
    }),
  );
  const ended = once(child, "close");
  await told;
  const stop = async () => {
    child.kill("SIGTERM");
    const [code] = (await ended) as [number | null];
    return { code, last: linesOf(out).at(-1) };
  };
  return { stop };
}

function helpersOf(who: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HOME=${join(base, who)}\0`);
    } catch {
      // Ended meanwhile, or somebody else's.
      return false;
    }
  });
}

/** A client that keeps its state by deltas, as the editor does. */
async function attach(socket: unknown) {
  const seen = {
    events: [] as SessionEvent[],
    revision: 0,
    state: undefined as unknown as SessionState,
    others: [] as readonly PeerPresence[],
  };
  const client = await connectRpc(String(socket), {
    onEvent: (event) => void seen.events.push(event),
    onChanged({ revision, ...sections }: Delta) {
      expect(revision).toBe(seen.revision + 1);
      seen.revision = revision;
      seen.state = { ...seen.state, ...sections };
    },
    onPresence: ({ peers }) => void (seen.others = peers),
  });
  clients.push(client);
  const { revision, state } = await client.request("attach", {});
  Object.assign(seen, { revision, state });
  return { client, seen };
}

const soon = { timeout: 20_000, interval: 10 };

test("clients decide who joins; all see each other's commits; the host takes the right to write, gives it back, and removes", async () => {
  const shared = await pairmount("ada", [
    "share",
    folder,
    "--approve",
    "clients",
    "--detach",
    "--progress",
    "--name",
    "ada",
  ]);
  expect(shared.map(({ event }) => event)).toEqual([...shared.slice(1).map(() => "progress"), "shared"]);
  const { client: host, seen: ada } = await attach(shared.at(-1)?.["socket"]);
  expect(ada.state.joins).toEqual([]);

  const joining = pairmount("ben", [
    "join",
    String(shared.at(-1)?.["invite"]),
    mount,
    "--detach",
    "--progress",
    "--name",
    "ben",
  ]);
  await vi.waitFor(() => expect(ada.state.joins).toMatchObject([{ name: "ben", wants: "read-write" }]), soon);
  const id = ada.state.joins[0]?.id ?? 0;
  expect(await host.request("decide", { id, accept: true, access: "read-write" })).toEqual({ settled: true });
  expect(await host.request("decide", { id, accept: false, access: "read-write" })).toEqual({ settled: false });
  const joined = await joining;
  expect(joined.filter(({ step }) => step === "lobby")).not.toEqual([]);
  const { client: guest, seen: ben } = await attach(joined.at(-1)?.["socket"]);
  await vi.waitFor(() => expect(ada.state.status.peers.map(({ name }) => name)).toEqual(["ada", "ben"]), soon);
  expect(ada.state.joins).toEqual([]);

  writeFileSync(join(mount, "a.txt"), "one\n");
  await mustGit({ root: mount, name: "ben" }, ["add", "a.txt"]);
  await mustGit({ root: mount, name: "ben" }, ["commit", "-q", "-m", "From ben"]);
  await mustGit({ root: folder, name: "ada" }, ["commit", "-q", "--allow-empty", "-m", "From ada"]);
  const shown = (state: SessionState) => state.commits.map(({ subject, peer, own, how }) => [subject, peer, own, how]);
  await vi.waitFor(() => {
    expect(shown(ada.state)).toEqual([
      ["From ada", "ada", true, "commit"],
      ["From ben", "ben", false, "commit"],
    ]);
    expect(shown(ben.state)).toEqual([
      ["From ada", "ada", false, "commit"],
      ["From ben", "ben", true, "commit"],
    ]);
  }, soon);
  const [newest, older] = ada.state.commits;
  expect(newest?.old).toBe(older?.hash);

  const peer = ada.state.status.peers.find(({ name }) => name === "ben")?.peer ?? 0;
  const access = () => ben.state.status.peers.find(({ you }) => you)?.access;
  const lock = ".git/index.lock";
  writeFileSync(join(mount, lock), "", { flag: "wx" });
  expect(existsSync(join(folder, lock))).toBe(true);
  expect(await host.request("setAccess", { peer, access: "read-only" })).toEqual({ settled: true });
  await vi.waitFor(() => expect(access()).toBe("read-only"), soon);
  expect(existsSync(join(folder, lock))).toBe(false);
  expect(() => appendFileSync(join(mount, "a.txt"), "two\n")).toThrow("EROFS");
  expect(await host.request("setAccess", { peer, access: "read-write" })).toEqual({ settled: true });
  await vi.waitFor(() => expect(access()).toBe("read-write"), soon);
  appendFileSync(join(mount, "a.txt"), "two\n");
  await vi.waitFor(() => expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("one\ntwo\n"), soon);
  expect(await host.request("setAccess", { peer: 99, access: "read-only" })).toEqual({ settled: false });

  expect(await host.request("remove", { peer })).toEqual({ settled: true });
  await guest.closed;
  expect(ben.events.at(-1)).toMatchObject({ event: "ended", reason: expect.stringContaining("removed") as string });
  await vi.waitFor(() => expect(isMounted(mount)).toBe(false), soon);
  expect(await host.request("remove", { peer })).toEqual({ settled: false });
});

test("each hears where the other is in the editor, of shared files alone, and nothing more of who has left", async () => {
  const [shared] = await pairmount("ada", ["share", folder, "--accept", "--detach", "--name", "ada"]);
  writeFileSync(join(folder, "é.txt"), "");
  const { client: host, seen: ada } = await attach(shared?.["socket"]);
  const [joined] = await pairmount("ben", ["join", String(shared?.["invite"]), mount, "--detach", "--name", "ben"]);
  const { client: guest, seen: ben } = await attach(joined?.["socket"]);
  const active = { line: 3, character: 1 };
  const here: Presence = { file: { path: "é.txt", selections: [{ anchor: active, active }] }, unsaved: [] };
  await host.request("present", { focused: true, ...here });
  await vi.waitFor(() => expect(ben.others).toEqual([{ peer: 0, ...here }]), soon);
  const { revision } = ben;
  for (const path of ["../ben/state", ".git/config", "nowhere", "é.txt"])
    await guest.request("present", { focused: true, file: { path, selections: [] }, unsaved: [path, "é.txt"] });
  const theirs = { peer: 1, file: { path: "é.txt", selections: [] }, unsaved: ["é.txt"] };
  await vi.waitFor(() => expect(ada.others).toEqual([theirs]), soon);
  expect(ben.revision).toBe(revision);
  await pairmount("ben", ["leave", mount]);
  await vi.waitFor(() => expect(ada.others).toEqual([]), soon);
});

test("a guest that a client declines is told; what could not start says why in JSON", async () => {
  const [shared] = await pairmount("ada", ["share", folder, "--approve", "clients", "--detach", "--name", "ada"]);
  const { client: host, seen: ada } = await attach(shared?.["socket"]);
  const joining = pairmount("ben", ["join", String(shared?.["invite"]), mount, "--detach", "--name", "ben"]);
  await vi.waitFor(() => expect(ada.state.joins).toHaveLength(1), soon);
  const id = ada.state.joins[0]?.id ?? 0;
  expect(await host.request("decide", { id, accept: false, access: "read-only" })).toEqual({ settled: true });
  expect(await joining).toMatchObject([
    { event: "failed", code: "declined", text: expect.stringContaining("declined") as string },
  ]);
  expect(await pairmount("ada", ["share", folder, "--approve", "clients", "--detach"])).toMatchObject([
    { event: "failed", code: "already-shared" },
  ]);
});

test("a signal to a command that still waits cancels it: the lobby is empty again, no helper and no mount stays", async () => {
  const [shared] = await pairmount("ada", ["share", folder, "--approve", "clients", "--detach", "--name", "ada"]);
  const { client: host, seen: ada } = await attach(shared?.["socket"]);
  const joining = await cancelled("ben", ["join", String(shared?.["invite"]), mount, "--name", "ben"], '"lobby"');
  await vi.waitFor(() => expect(ada.state.joins).toHaveLength(1), soon);
  const id = ada.state.joins[0]?.id ?? 0;
  const begun = Date.now();
  expect(await joining.stop()).toMatchObject({ code: 22, last: { event: "failed", code: "cancelled" } });
  expect(Date.now() - begun).toBeLessThan(2500);
  await vi.waitFor(() => expect(ada.state.joins).toEqual([]), soon);
  expect(await host.request("decide", { id, accept: true, access: "read-write" })).toEqual({ settled: false });
  expect(ada.events.map((event) => event.event === "peer" && event.state)).toEqual(["asking", "left"]);
  expect(helpersOf("ben")).toEqual([]);
});

test("a signal to a command that is about to mount leaves the plain folder", async () => {
  // Enough to read that the signal comes before the mount.
  for (let i = 0; i < 6000; i++) writeFileSync(join(folder, `${i}.txt`), "");
  const sharing = await cancelled("ada", ["share", folder, "--approve", "clients"], '"scan"');
  const { code, last } = await sharing.stop();
  // It may have been there already.
  if (code === 0) expect(last).toMatchObject({ event: "shared" });
  else expect({ code, last }).toMatchObject({ code: 22, last: { event: "failed", code: "cancelled" } });
  if (code === 0) await pairmount("ada", ["leave", folder]);
  await vi.waitFor(() => expect([isMounted(folder), helpersOf("ada")]).toEqual([false, []]), soon);
});

test("a folder's recovered versions are its own: another of the same name shows none, at host and guest alike", async () => {
  const other = join(base, "other", "app");
  mkdirSync(other, { recursive: true });
  const places = { first: folder, other };
  const session = async (place: keyof typeof places) => {
    const [shared] = await pairmount("ada", ["share", places[place], "--accept", "--detach", "--name", "ada"]);
    const [joined] = await pairmount("ben", ["join", String(shared?.["invite"]), mount, "--detach", "--name", "ben"]);
    const both = [await attach(shared?.["socket"]), await attach(joined?.["socket"])];
    return {
      both,
      shown: both.map(({ seen }) => seen.state.status.recovered.map(({ path }) => path)),
      end: async () => {
        await pairmount("ben", ["leave", mount]);
        await pairmount("ada", ["leave", places[place]]);
      },
    };
  };
  const first = await session("first");
  for (const { client } of first.both) {
    const { id } = await client.request("keep", { path: "a.txt", bytes: Buffer.from("mine").toString("base64") });
    expect(id).not.toBeNull();
  }
  await first.end();
  const second = await session("other");
  expect(second.shown).toEqual([[], []]);
  await second.end();
  const third = await session("first");
  expect(third.shown).toEqual([["a.txt"], ["a.txt"]]);
  await third.end();
});
