import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import {
  appendFile,
  link,
  mkdir,
  open,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MemoryMount, startMemoryMount } from "../harness/memory-mount.ts";

const run = promisify(execFile);
let mount: MemoryMount;

beforeEach(async () => {
  mount = await startMemoryMount();
});
afterEach(async () => {
  expect(mount.defects).toEqual([]);
  await mount.end();
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(mount.dir);
});

describe("a memory workspace through the kernel", () => {
  it("reads, writes, renames, links, truncates and lists", async () => {
    const at = (name: string) => `${mount.dir}/${name}`;
    await mkdir(at("d"));
    await writeFile(at("d/f"), "hello");
    await appendFile(at("d/f"), " world");
    expect(await readFile(at("d/f"), "utf8")).toBe("hello world");
    await link(at("d/f"), at("hard"));
    expect((await stat(at("hard"))).nlink).toBe(2);
    await symlink("d/f", at("soft"));
    expect(await readlink(at("soft"))).toBe("d/f");
    await truncate(at("soft"), 5);
    await rename(at("d/f"), at("g"));
    expect(await readFile(at("g"), "utf8")).toBe("hello");
    expect((await readdir(mount.dir)).sort()).toEqual(["d", "g", "hard", "soft"]);
    await expect(rm(at("d/none"))).rejects.toMatchObject({ code: "ENOENT" });
    const file = await open(at("g"), "r+");
    await rm(at("g"));
    await rm(at("hard"));
    await file.write("J", 0);
    await file.sync();
    expect((await file.read(Buffer.alloc(5), 0, 5, 0)).buffer.toString()).toBe("Jello");
    await file.close();
  });

  it("maps files shared and private, for reading and writing", async () => {
    const script = `
import mmap, os, sys
p = sys.argv[1]
open(p, 'wb').write(b'a' * 10000)
f = open(p, 'r+b')
m = mmap.mmap(f.fileno(), 0)
m[5000:5005] = b'WRITE'
m.flush()
f.close()
m[0:1] = b'Z'
m.close()
g = open(p, 'rb')
q = mmap.mmap(g.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
q[1:2] = b'Q'
d = open(p, 'rb').read()
assert d[0:2] == b'Za' and d[5000:5005] == b'WRITE' and len(d) == 10000, d[:10]
`;
    await run("python3", ["-c", script, `${mount.dir}/map`]);
    expect((await mount.peer("text", "map")) as string).toHaveLength(10_000);
  });

  it("serves git: init, add, commit, status, fsck", async () => {
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "safe.directory=*", ...args], { cwd: mount.dir });
    await git("init", "-q");
    await writeFile(`${mount.dir}/f`, "text");
    await git("add", ".");
    await git("commit", "-qm", "one");
    expect((await git("status", "--porcelain")).stdout).toBe("");
    await git("fsck", "--full", "--strict");
  });

  it("shows a peer's change at once, although everything was cached", async () => {
    await mount.peer("create", "f", "one");
    expect(await readFile(`${mount.dir}/f`, "utf8")).toBe("one");
    await expect(stat(`${mount.dir}/g`)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readdir(mount.dir)).toEqual(["f"]);
    await mount.peer("write", "f", "two");
    await mount.peer("create", "g", "new");
    await mount.peer("barrier");
    expect(await readFile(`${mount.dir}/f`, "utf8")).toBe("two");
    expect(await readFile(`${mount.dir}/g`, "utf8")).toBe("new");
    expect((await readdir(mount.dir)).sort()).toEqual(["f", "g"]);
    await mount.peer("remove", "f");
    await mount.peer("barrier");
    await expect(stat(`${mount.dir}/f`)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readdir(mount.dir)).toEqual(["g"]);
  });

  it("gives the barrier while a create is parked in a directory that a peer changes", async () => {
    await mount.peer("create", "f", "one");
    await readFile(`${mount.dir}/f`);
    await mount.peer("close", "create");
    const created = writeFile(`${mount.dir}/x.lock`, "", { flag: "wx" });
    while (((await mount.peer("stats")) as { parked: number }).parked === 0);
    await mount.peer("create", "peer", "");
    await mount.peer("write", "f", "two");
    await mount.peer("barrier");
    expect(await readFile(`${mount.dir}/f`, "utf8")).toBe("two");
    await mount.peer("open");
    await created;
    await mount.peer("barrier");
    expect((await readdir(mount.dir)).sort()).toEqual(["f", "peer", "x.lock"]);
  });

  it("ends at once while a create is parked and a file is open, answering EIO", async () => {
    const file = await open(`${mount.dir}/open`, "w+");
    await mount.peer("close", "create");
    const created = writeFile(`${mount.dir}/x.lock`, "", { flag: "wx" }).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    while (((await mount.peer("stats")) as { parked: number }).parked === 0);
    await mount.peer("create", "peer", "");
    expect(await mount.end()).toBe(0);
    expect(await created).toBe("EIO");
    await expect(file.write("x")).rejects.toMatchObject({ code: "ENOTCONN" });
    await file.close().catch(() => "FLUSH has nobody to go to either");
    mount = await startMemoryMount();
  });

  it("ends when somebody else unmounts", async () => {
    const exited = new Promise((resolve) => mount.process.once("exit", resolve));
    await run("umount", ["-l", mount.dir]);
    await mount.end();
    expect(await exited).toBe(0);
    mount = await startMemoryMount();
  });

  it("lets a killed process go while its read is parked", async () => {
    await mount.peer("create", "f", "text");
    await mount.peer("close", "read");
    const reader = spawn("cat", [`${mount.dir}/f`]);
    const gone = new Promise((resolve) => reader.once("exit", (_code, signal) => resolve(signal)));
    while (((await mount.peer("stats")) as { parked: number }).parked === 0);
    reader.kill("SIGKILL");
    expect(await gone).toBe("SIGKILL");
    await mount.peer("open");
  });

  it("keeps the working directory of a process inside a directory a peer renames", async () => {
    await mount.peer("mkdir", "old");
    const inside = spawn("sh", ["-c", "echo here; read line; /bin/pwd -P; echo text > made; echo done"], {
      cwd: `${mount.dir}/old`,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: inside.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("here");
    await mount.peer("rename", "old", "new");
    await echoed();
    inside.stdin.end("go\n");
    expect((await lines.next()).value).toBe(`${mount.dir}/new`);
    expect((await lines.next()).value).toBe("done");
    expect(await mount.peer("text", "new/made")).toBe("text\n");
  });
});

describe("watchers see a peer's changes", () => {
  it("as inotify events, of files, directories and renames", async () => {
    await mount.peer("create", "known", "text");
    await readFile(`${mount.dir}/known`);
    await echoed();
    const watcher = await watch("create,modify,delete,moved_from,moved_to");
    try {
      await mount.peer("create", "f", "text");
      expect(await watcher.next()).toBe("CREATE f");
      expect(await readFile(`${mount.dir}/f`, "utf8")).toBe("text");
      await mount.peer("write", "known", "more");
      expect(await watcher.next()).toBe("MODIFY known");
      await mount.peer("rename", "f", "g");
      expect([await watcher.next(), await watcher.next()]).toEqual(["MOVED_FROM f", "MOVED_TO g"]);
      await mount.peer("remove", "g");
      expect(await watcher.next()).toBe("DELETE g");
      await expect(stat(`${mount.dir}/g`)).rejects.toMatchObject({ code: "ENOENT" });
      await mount.peer("mkdir", "d");
      expect(await watcher.next()).toBe("CREATE,ISDIR d");
      await mount.peer("remove", "d");
      expect(await watcher.next()).toBe("DELETE,ISDIR d");
      expect(await readFile(`${mount.dir}/known`, "utf8")).toBe("more");
      expect(await mount.peer("stats")).toMatchObject({ echoesFailed: 0 });
    } finally {
      watcher.end();
    }
  });

  it("also of a name somebody looked up between the change and its echo", async () => {
    await mount.peer("create", "f", "text");
    await echoed();
    const watcher = await watch("delete");
    const poller = spawn("sh", ["-c", `while :; do test -e ${mount.dir}/f; done`]);
    try {
      for (let round = 0; round < 20; round++) {
        await mount.peer("remove", "f");
        expect(await watcher.next()).toBe("DELETE f");
        await mount.peer("create", "f", "text");
        await echoed();
      }
    } finally {
      poller.kill();
      watcher.end();
    }
  });
});

describe("a read-only mount", () => {
  it("refuses changes and still shows and echoes those of peers", async () => {
    await mount.end();
    mount = await startMemoryMount("read-only");
    const watcher = await watch("create");
    try {
      await mount.peer("create", "f", "text");
      expect(await watcher.next()).toBe("CREATE f");
      expect(await readFile(`${mount.dir}/f`, "utf8")).toBe("text");
      await expect(writeFile(`${mount.dir}/f`, "no")).rejects.toMatchObject({ code: "EROFS" });
      await expect(mkdir(`${mount.dir}/d`)).rejects.toMatchObject({ code: "EROFS" });
    } finally {
      watcher.end();
    }
  });
});

async function watch(events: string): Promise<{ next(): Promise<string | undefined>; end(): void }> {
  const child = spawn("inotifywait", ["-m", "-e", events, "--format", "%e %f", mount.dir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => chunk.toString().includes("established") && resolve());
  });
  return { next: async () => (await lines.next()).value as string | undefined, end: () => void child.kill() };
}

/** Every echo so far is made. */
async function echoed(): Promise<void> {
  await mount.peer("barrier");
  await until(async () => ((await mount.peer("stats")) as { echoesPending: number }).echoesPending === 0);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) if (Date.now() > deadline) throw new Error("never happened");
}
