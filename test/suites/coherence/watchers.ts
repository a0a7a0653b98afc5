/** Remote changes reach real inotify watches, as those of a local process do; local ones come once. */
import { mkdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { startProbe, type RunningProbe } from "../../harness/fs-probe/probe.ts";
import { eventually, type Declare } from "./peers.ts";

/** `inotify` of the kernel by way of Python's ctypes: no tool needs to be installed. */
const watching = `
  fd = watch(A[0], IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE)
  say("ready")
  while True:
      ready, _, _ = select.select([fd, sys.stdin], [], [])
      if fd in ready: say(watch_events(fd))
      if sys.stdin in ready: break
  say(watch_events(fd))`;

interface Seen {
  readonly kind: string;
  readonly name: string;
  readonly cookie: number;
}

const kinds: readonly (readonly [number, string])[] = [
  [2, "modify"],
  [4, "attrib"],
  [8, "close_write"],
  [64, "moved_from"],
  [128, "moved_to"],
  [256, "create"],
  [512, "delete"],
];

interface Watch {
  readonly seen: readonly Seen[];
  /** The events until now, once no more come: after a change made later was seen. */
  end(): Promise<readonly Seen[]>;
}

async function watchDir(dir: string): Promise<Watch> {
  const probe: RunningProbe = startProbe(watching, [dir]);
  expect(await probe.heard()).toBe("ready");
  const seen: Seen[] = [];
  const collect = async (): Promise<void> => {
    for (;;) {
      const heard = await probe.heard();
      if (!Array.isArray(heard)) return;
      for (const [mask, cookie, name] of heard as [number, number, string][]) {
        for (const [bit, kind] of kinds) if ((mask & bit) !== 0) seen.push({ kind, name, cookie });
      }
    }
  };
  const collected = collect();
  return {
    seen,
    end: async () => {
      probe.tell("end");
      await probe.done;
      await collected;
      return seen;
    },
  };
}

const has = (watch: Watch, kind: string, name: string): void =>
  expect(watch.seen.map((one) => `${one.kind} ${one.name}`)).toContain(`${kind} ${name}`);

export const watchers = (test: Declare): void => {
  test("a file made, written, renamed and deleted at A raises create, modify, moved and delete at B", async ({
    a,
    b,
  }) => {
    const watch = await watchDir(b);
    writeFileSync(join(a, "f"), "");
    await eventually(() => has(watch, "create", "f"));
    const changes = (): number => watch.seen.filter((one) => one.name === "f" && /modify|attrib/.test(one.kind)).length;
    const before = changes();
    writeFileSync(join(a, "f"), "content");
    await eventually(() => expect(changes()).toBeGreaterThan(before));
    renameSync(join(a, "f"), join(a, "g"));
    await eventually(() => {
      has(watch, "moved_from", "f");
      has(watch, "moved_to", "g");
    });
    const cookies = watch.seen.filter((one) => one.kind.startsWith("moved")).map((one) => one.cookie);
    expect(cookies).toHaveLength(2);
    expect(cookies[0]).toBe(cookies[1]);
    expect(cookies[0]).not.toBe(0);
    unlinkSync(join(a, "g"));
    await eventually(() => has(watch, "delete", "g"));
    const all = await watch.end();
    for (const kind of ["create", "moved_from", "moved_to", "delete"]) {
      expect([kind, all.filter((one) => one.kind === kind).length]).toEqual([kind, 1]);
    }
  });

  test("a save of the same size at A raises modify at B", async ({ a, b }) => {
    writeFileSync(join(a, "f"), "one");
    await eventually(() => expect(readText(join(b, "f"))).toBe("one"));
    const watch = await watchDir(b);
    writeFileSync(join(a, "f"), "two");
    await eventually(() => has(watch, "modify", "f"));
    expect(readText(join(b, "f"))).toBe("two");
    await watch.end();
  });

  test("the content is readable at B when its event arrives", async ({ a, b }) => {
    const watch = await watchDir(b);
    for (let i = 0; i < 20; i += 1) {
      writeFileSync(join(a, `f${i}.new`), `text ${i}`);
      renameSync(join(a, `f${i}.new`), join(a, `f${i}`));
      await eventually(() => {
        const arrived = watch.seen.some((one) => one.name === `f${i}` && /moved_to|create/.test(one.kind));
        expect(arrived).toBe(true);
      });
      expect(readText(join(b, `f${i}`))).toBe(`text ${i}`);
    }
    await watch.end();
  });

  test("a new directory at A raises create at B, and its child 100 ms later is seen by a watch set meanwhile", async ({
    a,
    b,
  }) => {
    const watch = await watchDir(b);
    mkdirSync(join(a, "d"));
    await eventually(() => has(watch, "create", "d"));
    const inside = await watchDir(join(b, "d"));
    // The delay is the case itself: editors set their watch after the event.
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(a, "d", "child"), "x");
    await eventually(() => has(inside, "create", "child"));
    unlinkSync(join(a, "d", "child"));
    await eventually(() => has(inside, "delete", "child"));
    await inside.end();
    rmdirSync(join(a, "d"));
    await eventually(() => has(watch, "delete", "d"));
    await watch.end();
  });

  test("a change comes to the watchers of the peer that made it once, not again as an echo", async ({
    a,
    b,
    peers,
    skip,
  }) => {
    if (peers.mounts[0] === peers.mounts[1]) skip("one directory has one set of watchers");
    const own = await watchDir(a);
    const other = await watchDir(b);
    writeFileSync(join(a, "f"), "");
    renameSync(join(a, "f"), join(a, "g"));
    unlinkSync(join(a, "g"));
    // When B has seen the end of a later change, an echo of the earlier ones would have been raised at A as well.
    await eventually(() => has(other, "delete", "g"));
    writeFileSync(join(b, "later"), "");
    await eventually(() => has(own, "create", "later"));
    const seen = (await own.end()).filter((one) => one.name !== "later").map((one) => `${one.kind} ${one.name}`);
    expect(seen.filter((one) => one !== "close_write f" && !one.startsWith("attrib"))).toEqual([
      "create f",
      "moved_from f",
      "moved_to g",
      "delete g",
    ]);
    await other.end();
  });

  test("a watched file that A replaces 3000 times is whole at B in every read: never missing, empty, torn or older", async ({
    a,
    b,
  }) => {
    const watch = await watchDir(b);
    // Number, length and a filler of that number: any mixture of two files shows.
    const write = `
      import random
      sizes = random.Random(7)
      for i in range(A[1]):
          size = sizes.choice((30, 300, 5000, 70000)) + sizes.randrange(100)
          with open(A[0] + ".tmp", "wb") as f: f.write(b"%09d %09d " % (i, size) + bytes([97 + i % 26]) * size)
          os.rename(A[0] + ".tmp", A[0])`;
    const read = `
      last = -1; different = 0
      while last < A[1] - 1:
          fd = os.open(A[0], os.O_RDONLY)
          text = b""
          while True:
              more = os.read(fd, 1 << 17)
              if not more: break
              text += more
          os.close(fd)
          if len(text) < 20: raise SystemExit("%d bytes %r after %d" % (len(text), text, last))
          i = int(text[:9]); size = int(text[10:19])
          if text[20:] != bytes([97 + i % 26]) * size: raise SystemExit("torn: %r %d" % (text[:20], len(text)))
          if i < last: raise SystemExit("%d after %d" % (i, last))
          different += i != last; last = i
      R = different`;
    const replacements = 3000;
    writeFileSync(join(a, "f"), `${"0".repeat(9)} ${"0".repeat(9)} `);
    await eventually(() => expect(readFileSync(join(b, "f"))).toHaveLength(20));
    const reader = startProbe(read, [join(b, "f"), replacements], { timeoutMs: 110_000 });
    const writer = startProbe(write, [join(a, "f"), replacements], { timeoutMs: 110_000 });
    await writer.done;
    expect(await reader.done).toBeGreaterThan(1);
    await watch.end();
  });

  test("200 files made at A at once all raise create at B", async ({ a, b }) => {
    const watch = await watchDir(b);
    const names = Array.from({ length: 200 }, (_, i) => `f${i}`);
    for (const name of names) writeFileSync(join(a, name), name);
    await eventually(() => {
      const created = new Set(watch.seen.filter((one) => one.kind === "create").map((one) => one.name));
      expect(names.filter((name) => !created.has(name))).toEqual([]);
    });
    await watch.end();
  });
};

function readText(path: string): string {
  return readFileSync(path, "utf8");
}
