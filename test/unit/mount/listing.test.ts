import { describe, expect, it } from "vitest";
import { rootNode } from "../../../helper/replica/ids.ts";
import { FakeKernel, place } from "../../harness/fake-kernel.ts";

function withNames(count: number) {
  const kernel = new FakeKernel();
  for (let i = 0; i < count; i++) kernel.workspace.remote.create(place(1, `f${i}`));
  kernel.rowsPerAnswer = 4;
  return kernel;
}

function rowsAt(kernel: FakeKernel, offset: number, op: "readdir" | "readdirplus" = "readdir") {
  const answer = kernel.ask({ op, node: 1, handle: 0, offset, size: 4096 });
  return answer?.t === "listing" ? answer.rows : [];
}

/** Reads to the end, calling `between` after each answer. */
function readAll(kernel: FakeKernel, between: (round: number) => void = () => {}): string[] {
  const names: string[] = [];
  for (let offset = 0, round = 0; ; round++) {
    const rows = rowsAt(kernel, offset);
    if (rows.length === 0) return names;
    names.push(...rows.map((row) => row.name));
    offset = rows.at(-1)?.next ?? 0;
    between(round);
  }
}

describe("listings", () => {
  it("lists every name once, the dots first", () => {
    const kernel = withNames(10);
    const all = readAll(kernel);
    expect(all.slice(0, 2)).toEqual([".", ".."]);
    expect(new Set(all).size).toBe(12);
    expect(all).toHaveLength(12);
  });

  it("lists every survivor exactly once while names are deleted and made", () => {
    const kernel = withNames(20);
    const all = readAll(kernel, (round) => {
      if (round > 3) return;
      void kernel.workspace.unlink(place(1, `f${round}`));
      kernel.workspace.remote.create(place(1, `new${round}`));
    });
    const survivors = Array.from({ length: 16 }, (_, i) => `f${i + 4}`);
    expect(all.filter((name) => survivors.includes(name)).sort()).toEqual(survivors.sort());
  });

  it("is opened by the kernel alone", () => {
    expect(new FakeKernel().ask({ op: "opendir", node: 1, flags: 0 })).toMatchObject({ t: "error", error: "ENOSYS" });
  });

  it("comes to an end though its reader renames all it reads", () => {
    const kernel = withNames(6);
    const all = readAll(kernel, (round) => {
      for (const { name } of kernel.workspace.list(rootNode))
        if (!name.endsWith(`.${round}`)) kernel.workspace.remote.rename(place(1, name), place(1, `${name}.${round}`));
      expect(round).toBeLessThan(3);
    });
    expect(all).toEqual([".", "..", "f0", "f1"]);
  });

  it("resumes at the same row when another began anew, also after deletions", () => {
    const kernel = withNames(10);
    const rows = rowsAt(kernel, 0);
    void kernel.workspace.unlink(place(1, "f0"));
    rowsAt(kernel, 0);
    expect(rowsAt(kernel, rows.at(-1)?.next ?? 0)[0]?.name).toBe("f2");
  });

  it("shows what is new after rewinddir", () => {
    const kernel = withNames(1);
    readAll(kernel);
    kernel.workspace.remote.create(place(1, "later"));
    expect(readAll(kernel)).toContain("later");
  });

  it("counts one lookup per READDIRPLUS row that was used, none for the dots", () => {
    const kernel = withNames(10);
    const rows = rowsAt(kernel, 0, "readdirplus");
    expect(rows.map((row) => row.entry?.node ?? 0).filter((node) => node > 0)).toHaveLength(2);
    // Root and the two rows that fit.
    expect(kernel.core.stats().knownNodes).toBe(3);
  });
});
