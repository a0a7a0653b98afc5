/** Bytes read are the bytes written, wherever and however. */
import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect } from "vitest";
import { mustProbe, probeWord } from "../../harness/fs-probe/probe.ts";
import { createRandom } from "../../harness/random.ts";
import type { Family } from "./family.ts";

export const data: Family = (test) => {
  test("1000 random reads and writes agree with a model in memory", ({ at }) => {
    const random = createRandom(7);
    const limit = 700_000;
    let model = Buffer.alloc(0);
    const fd = openSync(at("f"), "w+");
    for (let i = 0; i < 1000; i += 1) {
      const offset = Math.floor(random() * limit);
      const length = Math.floor(random() * random() * 300_000);
      if (random() < 0.5) {
        const bytes = Buffer.alloc(length, 1 + (i % 255));
        writeSync(fd, bytes, 0, length, offset);
        if (length > 0 && offset + length > model.length) {
          model = Buffer.concat([model, Buffer.alloc(offset + length - model.length)]);
        }
        bytes.copy(model, offset);
      } else {
        const bytes = Buffer.alloc(length);
        const got = readSync(fd, bytes, 0, length, offset);
        expect(bytes.subarray(0, got).equals(model.subarray(offset, offset + length))).toBe(true);
      }
    }
    expect(readFileSync(at("f")).equals(model)).toBe(true);
    closeSync(fd);
  });

  test("8 MiB in one write come back whole", ({ at }) => {
    const random = createRandom(8);
    const bytes = Buffer.from(Uint32Array.from({ length: 2 << 20 }, () => random() * 2 ** 32).buffer);
    writeFileSync(at("f"), bytes);
    expect(readFileSync(at("f")).equals(bytes)).toBe(true);
    expect(statSync(at("f")).size).toBe(bytes.length);
  });

  test("a gap that was never written reads as zeros", ({ at }) => {
    const fd = openSync(at("f"), "w+");
    writeSync(fd, "end", 5_000_000);
    const bytes = Buffer.alloc(4096, 1);
    expect(readSync(fd, bytes, 0, 4096, 1_000_000)).toBe(4096);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(fstatSync(fd).size).toBe(5_000_003);
    closeSync(fd);
  });

  test("reading at and past the end gives nothing", ({ at }) => {
    writeFileSync(at("f"), "abc");
    const fd = openSync(at("f"), "r");
    const bytes = Buffer.alloc(10);
    expect(readSync(fd, bytes, 0, 10, 1)).toBe(2);
    expect(readSync(fd, bytes, 0, 10, 3)).toBe(0);
    expect(readSync(fd, bytes, 0, 10, 1_000_000)).toBe(0);
    closeSync(fd);
  });

  test("a write is seen at once through another handle and by another process", ({ at }) => {
    const writer = openSync(at("f"), "w");
    const reader = openSync(at("f"), "r");
    for (let i = 0; i < 100; i += 1) {
      writeSync(writer, String(i).padStart(4), 0);
      const bytes = Buffer.alloc(4);
      readSync(reader, bytes, 0, 4, 0);
      expect(bytes.toString()).toBe(String(i).padStart(4));
    }
    expect(mustProbe(`R = open(A[0]).read()`, [at("f")])).toBe("  99");
    closeSync(writer);
    closeSync(reader);
  });

  test("SEEK_DATA finds data and SEEK_HOLE finds the end at the latest", ({ at }) => {
    const seek = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT); os.write(fd, b"x" * 4096); os.fsync(fd)
      R = [os.lseek(fd, 0, os.SEEK_DATA), os.lseek(fd, 0, os.SEEK_HOLE), attempt(os.lseek, fd, 4096, os.SEEK_DATA)]`;
    expect(mustProbe(seek, [at("f")])).toEqual([0, 4096, "ENXIO"]);
  });

  test("copy_file_range copies, or says clearly that the caller must", ({ at }) => {
    writeFileSync(at("a"), Buffer.alloc(300_000, "copy"));
    const word = probeWord(
      `
      source = os.open(A[0], os.O_RDONLY); to = os.open(A[1], os.O_WRONLY | os.O_CREAT)
      left = 300000
      while left > 0: left -= os.copy_file_range(source, to, left)`,
      [at("a"), at("b")],
    );
    if (word === "ok") expect(readFileSync(at("b")).equals(readFileSync(at("a")))).toBe(true);
    else expect(["EXDEV", "EOPNOTSUPP", "ENOSYS", "EINVAL"]).toContain(word);
    copyFileSync(at("a"), at("c"));
    expect(readFileSync(at("c")).equals(readFileSync(at("a")))).toBe(true);
  });

  test("sendfile and vectored reads and writes work", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT)
      os.pwritev(fd, [b"one", b"two", b"three"], 2)
      buffers = [bytearray(3), bytearray(8)]
      os.preadv(fd, buffers, 2)
      to = os.open(A[1], os.O_RDWR | os.O_CREAT)
      os.sendfile(to, fd, 2, 11)
      R = [b.decode() for b in buffers] + [os.pread(to, 99, 0).decode()]`;
    expect(mustProbe(body, [at("f"), at("g")])).toEqual(["one", "twothree", "onetwothree"]);
  });

  test("a handle opened for reading cannot write, one for writing cannot read", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_WRONLY | os.O_CREAT); rd = os.open(A[0], os.O_RDONLY)
      R = [attempt(os.read, fd, 1), attempt(os.write, rd, b"x"), attempt(os.ftruncate, rd, 1)]`;
    expect(mustProbe(body, [at("f")])).toEqual(["EBADF", "EBADF", "EINVAL"]);
  });

  test("a file that shrank and grew again holds zeros where it was cut", ({ at }) => {
    const fd = openSync(at("f"), "w+");
    writeSync(fd, Buffer.alloc(20_000, 7));
    ftruncateSync(fd, 5000);
    ftruncateSync(fd, 20_000);
    const bytes = readFileSync(at("f"));
    expect(bytes.subarray(0, 5000).every((byte) => byte === 7)).toBe(true);
    expect(bytes.subarray(5000).every((byte) => byte === 0)).toBe(true);
    closeSync(fd);
  });

  test("O_DIRECT is served or refused, never wrong", ({ at }) => {
    const body = `
      fd = os.open(A[0], os.O_RDWR | os.O_CREAT | os.O_DIRECT)
      page = mmap.mmap(-1, 4096); page.write(b"d" * 4096)
      os.pwritev(fd, [page], 0); back = mmap.mmap(-1, 4096)
      R = os.preadv(fd, [back], 0) == 4096 and back[:] == page[:]`;
    const word = probeWord(body, [at("f")]);
    expect(["ok", "EINVAL"]).toContain(word);
    if (word === "ok") expect(readFileSync(at("f"), "latin1")).toBe("d".repeat(4096));
  });
};
