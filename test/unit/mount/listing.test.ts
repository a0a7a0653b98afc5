import { describe, expect, it } from "vitest";
import { FakeKernel, place } from "../../harness/fake-kernel.ts";

function withNames(count: number) {
  const kernel = new FakeKernel();
  for (let i = 0; i < count; i++) kernel.workspace.remote.create(place(1, `f${i}`));
  kernel.rowsPerAnswer = 4;
  return kernel;
}

function openDirectory(kernel: FakeKernel, node = 1): number {
  const answer = kernel.ask({ op: "opendir", node, flags: 0 });
  if (answer?.t !== "opened") throw new Error("no directory");
  return answer.opened.handle;
}

function rowsAt(kernel: FakeKernel, handle: number, offset: number, op: "readdir" | "readdirplus" = "readdir") {
  const answer = kernel.ask({ op, node: 1, handle, offset, size: 4096 });
  return answer?.t === "listing" ? answer.rows : [];
}

/** Reads to the end, calling `between` after each answer. */
function readAll(kernel: FakeKernel, handle: number, between: (round: number) => void = () => {}): string[] {
  const names: string[] = [];
  for (let offset = 0, round = 0; ; round++) {
    const rows = rowsAt(kernel, handle, offset);
    if (rows.length === 0) return names;
    names.push(...rows.map((row) => row.name));
    offset = rows.at(-1)?.next ?? 0;
    between(round);
  }
}

describe("listings", () => {
  it("lists every name once, the dots first", () => {
    const kernel = withNames(10);
    const all = readAll(kernel, openDirectory(kernel));
    expect(all.slice(0, 2)).toEqual([".", ".."]);
    expect(new Set(all).size).toBe(12);
    expect(all).toHaveLength(12);
  });

  it("lists every survivor exactly once while names are deleted and made", () => {
    const kernel = withNames(20);
    const all = readAll(kernel, openDirectory(kernel), (round) => {
      if (round > 3) return;
      void kernel.workspace.unlink(place(1, `f${round}`));
      kernel.workspace.remote.create(place(1, `new${round}`));
    });
    const survivors = Array.from({ length: 16 }, (_, i) => `f${i + 4}`);
    expect(all.filter((name) => survivors.includes(name)).sort()).toEqual(survivors.sort());
  });

  it("resumes another handle's offset at the same row, also after deletions", () => {
    const kernel = withNames(10);
    const rows = rowsAt(kernel, openDirectory(kernel), 0);
    void kernel.workspace.unlink(place(1, "f0"));
    const other = openDirectory(kernel);
    expect(rowsAt(kernel, other, rows.at(-1)?.next ?? 0)[0]?.name).toBe("f2");
  });

  it("shows what is new after rewinddir", () => {
    const kernel = withNames(1);
    const handle = openDirectory(kernel);
    readAll(kernel, handle);
    kernel.workspace.remote.create(place(1, "later"));
    expect(readAll(kernel, handle)).toContain("later");
  });

  it("counts one lookup per READDIRPLUS row that was used, none for the dots", () => {
    const kernel = withNames(10);
    const rows = rowsAt(kernel, openDirectory(kernel), 0, "readdirplus");
    expect(rows.map((row) => row.entry?.node ?? 0).filter((node) => node > 0)).toHaveLength(2);
    // Root and the two rows that fit.
    expect(kernel.core.stats().knownNodes).toBe(3);
  });
});
