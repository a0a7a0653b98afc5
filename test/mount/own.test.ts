/** R-OWN: a guest's own files are there again when it joins again, however its session ended. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Helper, startHelper } from "../harness/helper.ts";
import { repositoryPair } from "../harness/repository-pair.ts";

const files = {
  ".gitignore": "node_modules/\nbuild/\n*.log\n",
  "src/main.ts": "one\n",
  "node_modules/a/index.js": "host's a\n",
  "node_modules/b/index.js": "host's b\n",
  "build/out.js": "built by the host\n",
  "run.log": "line of the host\n",
};
const settles = { timeout: 20_000, interval: 50 };
const large = randomBytes(3_000_000);

/** Everything below, with what programs see of it. */
function seen(dir: string, path = ""): string[] {
  return readdirSync(join(dir, path))
    .sort()
    .flatMap((name) => {
      const at = join(path, name);
      if (at === ".git") return [];
      const stat = lstatSync(join(dir, at));
      const line = `${at} ${stat.mode.toString(8)} ${stat.nlink} ${stat.mtimeMs}`;
      if (stat.isDirectory()) return [line, ...seen(dir, at)];
      const body = stat.isSymbolicLink() ? readlinkSync(join(dir, at)) : readFileSync(join(dir, at), "base64");
      return [`${line} ${body}`];
    });
}

function work(guest: string): void {
  writeFileSync(join(guest, ".env"), "SECRET=guest\n");
  appendFileSync(join(guest, "run.log"), "line of the guest\n");
  rmSync(join(guest, "node_modules/b"), { recursive: true });
  renameSync(join(guest, "node_modules/a"), join(guest, "node_modules/renamed"));
  mkdirSync(join(guest, "node_modules/c/bin"), { recursive: true });
  writeFileSync(join(guest, "node_modules/c/bin/tool"), "#!/bin/sh\n");
  chmodSync(join(guest, "node_modules/c/bin/tool"), 0o755);
  utimesSync(join(guest, "node_modules/c/bin/tool"), 1_000_000_000.5, 1_000_000_000.25);
  symlinkSync("c/bin/tool", join(guest, "node_modules/tool"));
  linkSync(join(guest, "node_modules/c/bin/tool"), join(guest, "node_modules/c/hard"));
  rmSync(join(guest, "build"), { recursive: true });
  mkdirSync(join(guest, "build"));
  writeFileSync(join(guest, "build/large"), large);
}

test("R-OWN: a guest that left and joins again has its own files, and its host nothing of them", async () => {
  const { host, guest, helper, session } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  work(guest);
  const before = seen(guest);
  await helper?.stop();
  const again = await session.rejoin(0);
  expect(seen(guest)).toEqual(before);
  expect(existsSync(join(host, ".env"))).toBe(false);
  expect(existsSync(join(host, "node_modules/c"))).toBe(false);
  expect(readdirSync(join(host, "node_modules")).sort()).toEqual(["a", "b"]);
  appendFileSync(join(guest, ".env"), "MORE=guest\n");
  rmSync(join(guest, "build/large"));
  writeFileSync(join(guest, "build/small"), "small\n");
  await again.stop();
  expect(again.events.filter(({ event }) => event === "warning")).toEqual([]);
  await session.rejoin(0);
  expect(readFileSync(join(guest, ".env"), "utf8")).toBe("SECRET=guest\nMORE=guest\n");
  expect(readdirSync(join(guest, "build"))).toEqual(["small"]);
}, 180_000);

test("R-OWN: what a guest had some seconds before its helper was killed is there when it joins again", async () => {
  const { guest, helper, session } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  work(guest);
  const before = seen(guest);
  const store = join(dirname(guest), "guest-0/state/pairmount/own");
  await vi.waitFor(() => {
    const [folder = ""] = readdirSync(store);
    expect(readFileSync(join(store, folder, "manifest.jsonl"), "utf8")).toContain("build/large");
  }, settles);
  process.kill(helper?.pid ?? 0, "SIGKILL");
  await helper?.stop();
  const again = await session.rejoin(0);
  expect(seen(guest)).toEqual(before);
  appendFileSync(join(guest, "run.log"), "and another\n");
  process.kill(again.pid, "SIGKILL");
  await again.stop();
  await session.rejoin(0);
  expect(readFileSync(join(guest, "run.log"), "utf8")).toBe("line of the host\nline of the guest\nand another\n");
}, 180_000);

test("R-OWN: what a program has synced is there though the helper is killed at once", async () => {
  const { guest, helper, session } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  for (const name of [".env", "build/database"]) {
    const file = openSync(join(guest, name), "w");
    writeSync(file, `${name} is synced`);
    fsyncSync(file);
    closeSync(file);
  }
  process.kill(helper?.pid ?? 0, "SIGKILL");
  await helper?.stop();
  await session.rejoin(0);
  for (const name of [".env", "build/database"])
    expect(readFileSync(join(guest, name), "utf8")).toBe(`${name} is synced`);
}, 180_000);

test("R-OWN: a guest whose host has died has its own files again when that one shares the folder again", async () => {
  const { folder, host, guest, helper, session } = await repositoryPair(files, [".gitignore", "src/main.ts"]);
  work(guest);
  const before = seen(guest);
  process.kill(session.host.helper.pid, "SIGKILL");
  writeFileSync(join(guest, "build/late"), "after the host's end\n");
  await helper?.stop();
  await session.host.helper.stop();
  const shareAgain = async (): Promise<Helper> =>
    await startHelper({
      home: join(dirname(guest), "host"),
      args: ["share", folder, "--accept", "--name", "ada", "--mount", host],
      mount: host,
    });
  const hosting = await shareAgain();
  try {
    // The invite of a session that died leads to the next one.
    expect(hosting.first["invite"]).toBe(session.host.helper.first["invite"]);
    const joined = await session.rejoin(0);
    expect(readFileSync(join(guest, "build/late"), "utf8")).toBe("after the host's end\n");
    rmSync(join(guest, "build/late"));
    const isOther = (line: string): boolean => !line.startsWith("build ");
    expect(seen(guest).filter(isOther)).toEqual(before.filter(isOther));
    expect(existsSync(join(folder, "build/late"))).toBe(false);
    await joined.stop();
  } finally {
    await hosting.stop();
  }
  const next = await shareAgain();
  const invite = next.first["invite"];
  await next.stop();
  expect(invite).not.toBe(session.host.helper.first["invite"]);
}, 180_000);
