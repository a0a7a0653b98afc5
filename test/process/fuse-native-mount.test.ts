import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isOurs, topmostMount } from "../../helper/mountstep/mountinfo.ts";
import { type NativeServer, startNativeServer, until } from "../harness/fuse-native-mount.ts";

const run = promisify(execFile);
let server: NativeServer;

beforeEach(async () => {
  server = await startNativeServer();
  expect(server.told).toBe("mounted");
});
afterEach(() => server.end());

/** In a child with a deadline: a mount that hangs must fail a test, not hang it. */
async function sh(script: string): Promise<string> {
  const { stdout } = await run("/bin/sh", ["-e", "-c", script], {
    cwd: server.dir,
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  return stdout;
}

async function python(script: string): Promise<string> {
  const { stdout } = await run("python3", ["-c", script], { cwd: server.dir, timeout: 20_000, killSignal: "SIGKILL" });
  return stdout.trim();
}

/** Another process on the mount that holds the file open and reads it from its start when asked. */
async function withOpenFile(name: string, use: (read: () => Promise<string>) => Promise<void>): Promise<void> {
  const script = `
import errno, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for _ in sys.stdin:
    try: print(os.pread(fd, 99, 0).decode(), flush=True)
    except OSError as e: print(errno.errorcode[e.errno], flush=True)`;
  const reader = spawn("python3", ["-c", script, name], { cwd: server.dir, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: reader.stdout });
  const read = async (): Promise<string> => {
    reader.stdin.write("\n");
    const [line] = (await once(lines, "line")) as [string];
    return line;
  };
  try {
    await use(read);
  } finally {
    reader.kill("SIGKILL");
    await once(reader, "exit");
  }
}

function expectPlainFolder(): Promise<void> {
  return sh("cat below").then((text) => expect(text).toBe("untouched"));
}

it("covers a folder that is not empty, is recognised as ours, and is nosuid and nodev", async () => {
  expect(isOurs(topmostMount(server.dir))).toBe(true);
  expect(topmostMount(server.dir)?.source).toBe("in memory, with a comma");
  expect(await sh("ls; grep fuse.pairmount /proc/self/mountinfo")).toMatch(
    /^\d.*nosuid,nodev.*default_permissions,allow_other/,
  );
});

it("files are written, read, listed, renamed, linked, appended to and removed", async () => {
  const script = `
    mkdir -p d/e; echo one >d/f; echo two >>d/f; ln d/f d/g; ln -s f d/l; mv d/f d/e/f; cat d/e/f d/g; readlink d/l
    ls d; truncate -s 3 d/g; cat d/e/f; rm d/g; rmdir d/e 2>/dev/null || echo full; rm d/e/f; rmdir d/e; ls d`;
  expect(await sh(script)).toBe("one\ntwo\none\ntwo\nf\ne\ng\nl\nonefull\nl\n");
});

it("names are UTF-8 on both sides", async () => {
  expect(await sh("echo x >'grün ☂'; ls; cat 'grün ☂'")).toBe("grün ☂\nx\n");
  expect(await server.ask({ call: "names" })).toEqual([Buffer.from("grün ☂").toString("latin1")]);
});

it("shared and private maps work, and writes through a shared one reach the file", async () => {
  const script = `
import mmap, os
open("m", "wb").write(b"0" * 8192)
f = open("m", "r+b"); shared = mmap.mmap(f.fileno(), 0); private = mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE)
shared[4096:4099] = b"abc"; private[0:1] = b"P"; shared.flush()
print(open("m", "rb").read()[4095:4100].decode(), private[0:1].decode(), open("m", "rb").read(1).decode())`;
  expect(await python(script)).toBe("0abc0 P 0");
});

it("an unlinked open file is read, written and described, and no hidden name is made of it", async () => {
  const script = `
import os
fd = os.open("u", os.O_RDWR | os.O_CREAT); os.write(fd, b"before"); os.unlink("u"); os.write(fd, b" after")
print(os.pread(fd, 99, 0).decode(), os.fstat(fd).st_nlink, os.listdir("."))
os.ftruncate(fd, 3); print(os.pread(fd, 99, 0).decode())`;
  expect(await python(script)).toBe("before after 0 []\nbef");
  expect(await server.ask({ call: "names" })).toEqual([]);
  await until(async () => ((await server.ask({ call: "stats" })) as { forgotten: number }).forgotten === 1);
  expect(await server.ask({ call: "stats" })).toMatchObject({ openHandles: 0 });
});

it("a replaced open file keeps its content, and its name shows the new one", async () => {
  const script = `
import os
open("f", "w").write("old"); fd = os.open("f", os.O_RDONLY); open("g", "w").write("new"); os.rename("g", "f")
print(os.pread(fd, 9, 0).decode(), open("f").read(), os.listdir("."))`;
  expect(await python(script)).toBe("old new ['f']");
});

it("an open lock file that is unlinked is gone when unlink returns", async () => {
  await python(
    `import os\nfd = os.open("x.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL); os.unlink("x.lock"); os.open("x.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL)`,
  );
  expect(await server.ask({ call: "names" })).toEqual(["x.lock"]);
});

it("what a peer writes, makes and removes is seen by the next open, stat and listing, also when the size is the same", async () => {
  await sh("echo one >f; cat f; stat f; ls");
  await server.ask({ call: "write", name: "f", text: "two\n" });
  expect(await sh("cat f")).toBe("two\n");
  await server.ask({ call: "write", name: "f", text: "and three\n" });
  expect(await sh("stat -c %s f; cat f")).toBe("10\nand three\n");
  expect(await sh("test -e new || echo absent")).toBe("absent\n");
  await server.ask({ call: "create", name: "new", text: "here" });
  expect(await sh("cat new; ls")).toBe("heref\nnew\n");
  await server.ask({ call: "remove", name: "new" });
  expect(await sh("test -e new || echo gone; ls")).toBe("gone\nf\n");
});

it("a map made after a peer's change of the same size shows it", async () => {
  const look = `import mmap\nf = open("f", "rb"); print(mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)[:].decode())`;
  await sh("printf old >f");
  expect(await python(look)).toBe("old");
  await server.ask({ call: "write", name: "f", text: "new" });
  expect(await python(look)).toBe("new");
});

it("a handle opened before a peer replaced the file reads the old bytes until the new file is open beside it", async () => {
  await sh("printf old >f");
  await withOpenFile("f", async (readOld) => {
    expect(await readOld()).toBe("old");
    await server.ask({ call: "replace", name: "f", text: "newer" });
    expect(await readOld()).toBe("old");
    expect(await sh("cat f")).toBe("newer");
    await withOpenFile("f", async (readNew) => {
      expect(await readNew()).toBe("newer");
      await server.ask({ call: "write", name: "f", text: "newest" });
      expect(await readOld()).toBe("ESTALE");
      expect(await readNew()).toBe("newest");
    });
    await server.ask({ call: "remove", name: "f" });
    expect(await readOld()).toBe("ENOENT");
  });
});

it("git makes, commits to, packs and checks a repository", async () => {
  const script = `
    git init -q -b main r; cd r; git config user.email a@b; git config user.name a; git config gc.auto 0
    for i in 1 2 3 4 5; do echo $i >file$i; git add .; git commit -qm "commit $i"; done
    git checkout -q -b side HEAD~2; echo side >s; git add s; git commit -qm side; git checkout -q main; git merge -q side -m merged
    git repack -adq; git pack-refs --all; git fsck --full --strict; git status --porcelain; git rev-list --count HEAD; find . -name '*.lock'`;
  expect(await sh(script)).toBe("7\n");
});

it("dispose answers what waits with EIO, unmounts with a file open, and leaves the folder below as it was", async () => {
  await sh("echo x >f");
  await server.ask({ call: "stick", what: "read" });
  const waiting = sh("cat f").catch((error: unknown) => (error as { stderr: string }).stderr);
  await until(async () => ((await server.ask({ call: "stats" })) as { parked: number }).parked > 0);
  await server.ask({ call: "dispose" });
  expect(await waiting).toContain("Input/output error");
  expect(topmostMount(server.dir)).toBeUndefined();
  await expectPlainFolder();
  expect(await server.exitCode).toBe(0);
});

it("an unmount from outside ends it", async () => {
  await run("umount", [server.dir]);
  expect(await server.exitCode).toBe(0);
  await expectPlainFolder();
});

it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
  "the mount goes with its helper: %s, with a file open and a process inside",
  async (signal) => {
    await sh("printf x >f");
    await withOpenFile("f", async (read) => {
      expect(await read()).toBe("x");
      server.child.kill(signal);
      await until(() => topmostMount(server.dir) === undefined);
    });
    await expectPlainFolder();
  },
);
