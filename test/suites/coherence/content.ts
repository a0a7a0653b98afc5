/** Rows about bytes: maps, open handles, appends, lookups. */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmdirSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { mustProbe, startProbe } from "../../harness/fs-probe/probe.ts";
import { eventually, type Declare } from "./peers.ts";

export const content = (test: Declare): void => {
  test("row 2: what A writes through a shared map B reads, in and outside of a git directory", async ({ a, b }) => {
    mkdirSync(join(a, ".git"));
    for (const name of ["f", ".git/f"]) {
      writeFileSync(join(a, name), "x".repeat(9000));
      mustProbe(`fd = os.open(A[0], os.O_RDWR); m = mmap.mmap(fd, 0); m[8000:8006] = b"mapped"; m.flush()`, [
        join(a, name),
      ]);
      await eventually(() => expect(readFileSync(join(b, name), "latin1").slice(8000, 8006)).toBe("mapped"));
    }
  });

  test("row 3: B's map of a pack survives its replacement at A: every page is readable", async ({ a, b }) => {
    writeFileSync(join(a, "pack"), Buffer.alloc(1 << 20, "p"));
    await eventually(() => expect(readFileSync(join(b, "pack"))).toHaveLength(1 << 20));
    const body = `
      fd = os.open(A[0], os.O_RDONLY); m = mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ); os.close(fd); first = m[0]
      say("mapped"); hear(); R = all(m[i] == 112 for i in range(0, len(m), 4096))`;
    const reader = startProbe(body, [join(b, "pack")]);
    expect(await reader.heard()).toBe("mapped");
    writeFileSync(join(a, "new"), "short");
    renameSync(join(a, "new"), join(a, "pack"));
    await eventually(() => expect(readFileSync(join(b, "pack"), "utf8")).toBe("short"));
    unlinkSync(join(a, "pack"));
    await eventually(() => expect(existsSync(join(b, "pack"))).toBe(false));
    reader.tell("read");
    expect(await reader.done).toBe(true);
  });

  test("row 4: 200,000 reads at B of a ref that A replaces in a loop: never missing, torn or older", async ({
    a,
    b,
  }) => {
    writeFileSync(join(a, "ref"), "0".padStart(40, "0"));
    await eventually(() => expect(readFileSync(join(b, "ref"), "utf8")).toMatch(/^0{40}$/));
    const write = `
      import threading
      stop = []; threading.Thread(target=lambda: (hear(), stop.append(1)), daemon=True).start(); i = 0
      while not stop:
          i += 1
          with open(A[0] + ".lock", "x") as f: f.write(str(i).zfill(40))
          os.rename(A[0] + ".lock", A[0])
      R = i`;
    const read = `
      last = 0; seen = 0
      for _ in range(200000):
          fd = os.open(A[0], os.O_RDONLY); text = os.read(fd, 100).decode(); os.close(fd)
          if len(text) != 40 or int(text) < last: raise SystemExit("read " + text + " after " + str(last))
          seen += int(text) != last; last = int(text)
      R = [last, seen]`;
    const writer = startProbe(write, [join(a, "ref")], { timeoutMs: 170_000 });
    const [last] = (await startProbe(read, [join(b, "ref")], { timeoutMs: 170_000 }).done) as [number, number];
    writer.tell("stop");
    const written = (await writer.done) as number;
    expect(last).toBeLessThanOrEqual(written);
    await eventually(() => expect(Number(readFileSync(join(b, "ref"), "utf8"))).toBe(written));
  }, 180_000);

  test("row 5: B's open file survives replace and unlink at A, and its directory can go at once", async ({ a, b }) => {
    mkdirSync(join(a, "d"));
    writeFileSync(join(a, "d", "f"), "old");
    await eventually(() => expect(readFileSync(join(b, "d", "f"), "utf8")).toBe("old"));
    const fd = openSync(join(b, "d", "f"), "r");
    writeFileSync(join(a, "d", "g"), "new");
    renameSync(join(a, "d", "g"), join(a, "d", "f"));
    await eventually(() => expect(readFileSync(join(b, "d", "f"), "utf8")).toBe("new"));
    const text = (): string => {
      const bytes = Buffer.alloc(10);
      return bytes.subarray(0, readSync(fd, bytes, 0, 10, 0)).toString();
    };
    expect(text()).toBe("old");
    unlinkSync(join(a, "d", "f"));
    rmdirSync(join(a, "d"));
    await eventually(() => expect(existsSync(join(b, "d"))).toBe(false));
    expect(text()).toBe("old");
    closeSync(fd);
  });

  test("row 5: what A unlinked B still writes, cuts and syncs through its open handle, and only B sees it", async ({
    a,
    b,
  }) => {
    writeFileSync(join(a, "f"), "old");
    await eventually(() => expect(readFileSync(join(b, "f"), "utf8")).toBe("old"));
    const body = `
      fd = os.open(A[0], os.O_RDWR); say("open"); hear()
      os.pwrite(fd, b"OLDER", 0); os.fsync(fd); first = os.pread(fd, 9, 0).decode()
      os.ftruncate(fd, 2); os.ftruncate(fd, 4); os.utime(fd, ns=(7, 7)); os.fchmod(fd, 0o600)
      R = [first, os.pread(fd, 9, 0).decode("latin1"), os.fstat(fd).st_size, os.fstat(fd).st_nlink]; os.close(fd)`;
    const holder = startProbe(body, [join(b, "f")]);
    expect(await holder.heard()).toBe("open");
    unlinkSync(join(a, "f"));
    await eventually(() => expect(existsSync(join(b, "f"))).toBe(false));
    holder.tell("go on");
    expect(await holder.done).toEqual(["OLDER", "OL\0\0", 4, 0]);
    for (const dir of [a, b]) expect(readdirSync(dir)).toEqual([]);
    writeFileSync(join(b, "f"), "new");
    await eventually(() => expect(readFileSync(join(a, "f"), "utf8")).toBe("new"));
  });

  test("row 16: two peers append 1000 lines each: all are there, none torn", async ({ a, b }) => {
    writeFileSync(join(a, "log"), "");
    await eventually(() => expect(existsSync(join(b, "log"))).toBe(true));
    const body = `
      fd = os.open(A[0], os.O_WRONLY | os.O_APPEND)
      for i in range(1000): os.write(fd, (A[1] + " " + str(i).zfill(30) + "\\n").encode())`;
    await Promise.all([a, b].map(async (dir, i) => await startProbe(body, [join(dir, "log"), `peer${i}`]).done));
    for (const dir of [a, b]) {
      await eventually(() => {
        const lines = readFileSync(join(dir, "log"), "latin1").trimEnd().split("\n");
        expect(lines).toHaveLength(2000);
        expect(new Set(lines).size).toBe(2000);
        expect(lines.every((line) => /^peer[01] \d{30}$/.test(line))).toBe(true);
      });
    }
  });

  test("row 17: A deletes 3000 files while B lists: each name at most once, then none", async ({ a, b }) => {
    for (let i = 0; i < 3000; i += 1) writeFileSync(join(a, `f${i}`), "");
    await eventually(() => expect(readdirSync(b)).toHaveLength(3000), 20_000);
    const remover = startProbe(`for name in os.listdir(A[0]): os.unlink(A[0] + "/" + name)`, [a]);
    let running = true;
    const done = remover.done.finally(() => {
      running = false;
    });
    while (running) {
      const names = readdirSync(b);
      expect(new Set(names).size).toBe(names.length);
      await new Promise(setImmediate);
    }
    await done;
    await eventually(() => expect(readdirSync(b)).toEqual([]));
  });

  test("B lists what A made, in and outside of a git directory, also for who lists by getdents alone", async ({
    a,
    b,
  }) => {
    const folders = [".git/refs/heads", "d"];
    for (const folder of folders) mkdirSync(join(a, folder), { recursive: true });
    await eventually(() => expect(folders.every((folder) => existsSync(join(b, folder)))).toBe(true));
    // glibc's opendir asks for the directory's attributes, which makes the kernel look at its listing anew; SYS_getdents64 does not.
    const getdents = `
      import ctypes, platform
      libc, number = ctypes.CDLL(None), {"x86_64": 217, "aarch64": 61}[platform.machine()]
      def listed(path):
        fd, names, buffer = os.open(path, os.O_RDONLY | os.O_DIRECTORY), set(), ctypes.create_string_buffer(32768)
        while (n := libc.syscall(number, fd, buffer, 32768)) > 0:
          at = 0
          while at < n:
            length = int.from_bytes(buffer.raw[at + 16:at + 18], "little")
            names.add(buffer.raw[at + 19:at + length].split(b"\\0")[0].decode()); at += length
        os.close(fd)
        return names
      for folder in A[1:]:
        deadline = time.monotonic() + 60
        for i in range(150):
          path = A[0] + "/" + folder + "/f" + str(i)
          while True:
            try: os.stat(path); break
            except FileNotFoundError:
              listed(A[0] + "/" + folder)
              if time.monotonic() > deadline: raise SystemExit(path + " never came")
          seen, since = listed(A[0] + "/" + folder), time.monotonic()
          while "f" + str(i) not in seen:
            if time.monotonic() - since > 5: raise SystemExit(path + " is not listed")
            seen = listed(A[0] + "/" + folder)
      R = "done"`;
    const reader = startProbe(getdents, [b, ...folders]);
    for (const folder of folders) {
      for (let i = 0; i < 150; i += 1) {
        writeFileSync(join(a, folder, `f${i}`), "x");
        await new Promise(setImmediate);
      }
    }
    expect(await reader.done).toBe("done");
    for (const folder of folders) expect(readdirSync(join(b, folder))).toHaveLength(150);
  });

  test("row 28: B finds a file it looked for in vain, once A made it", async ({ a, b }) => {
    mkdirSync(join(a, ".git", "objects", "ab"), { recursive: true });
    await eventually(() => expect(existsSync(join(b, ".git", "objects", "ab"))).toBe(true));
    for (let i = 0; i < 50; i += 1) {
      for (const name of [`plain-${i}`, `.git/objects/ab/${String(i).padStart(38, "0")}`]) {
        expect(existsSync(join(b, name))).toBe(false);
        writeFileSync(join(a, name), "made");
        await eventually(() => expect(readFileSync(join(b, name), "utf8")).toBe("made"));
      }
    }
  });

  test("a save of the same size at A is read whole at B, also through a handle open before", async ({ a, b }) => {
    writeFileSync(join(a, "f"), "aaaa");
    await eventually(() => expect(readFileSync(join(b, "f"), "utf8")).toBe("aaaa"));
    const fd = openSync(join(b, "f"), "r");
    const writer = openSync(join(a, "f"), "r+");
    for (const text of ["bbbb", "cccc", "dddd"]) {
      writeSync(writer, text, 0);
      // What is published at the latest when the handle's burst ends.
      mustProbe(`fd = os.open(A[0], os.O_RDONLY); os.fsync(fd)`, [join(a, "f")]);
      closeSync(openSync(join(a, "f"), "a"));
      truncateSync(join(a, "f"), 4);
      await eventually(() => {
        const bytes = Buffer.alloc(4);
        readSync(fd, bytes, 0, 4, 0);
        expect(bytes.toString()).toBe(text);
        expect(fstatSync(fd).size).toBe(4);
      });
    }
    closeSync(fd);
    closeSync(writer);
  });
};
