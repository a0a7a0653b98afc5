import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { openRecoveryStore, type RecoveryStore } from "../../../helper/content/recovery-store.ts";
import type { Node } from "../../../helper/replica/op.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { SessionEvent } from "../../../helper/session/api.ts";
import { recoveredFiles } from "../../../helper/session/recovered-files.ts";

let folder: string;
let store: RecoveryStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pm-recovered-"));
  store = openRecoveryStore(folder);
});
afterEach(async () => {
  await store.dispose();
  rmSync(folder, { recursive: true });
});

/** A tree of one directory `src` and what is named `a.txt` in it. */
function viewOf(kind: Node["kind"] | undefined) {
  const [src, file] = [2 as NodeId, 3 as NodeId];
  return {
    lookup({ parent, name }: { parent: NodeId; name: string }) {
      if (parent === rootNode && name === "src") return src;
      return parent === src && name === "a.txt" && kind !== undefined ? file : undefined;
    },
    node: (id: NodeId) => (id === file && kind !== undefined ? ({ kind } as Node) : undefined),
  };
}

const told: SessionEvent[] = [];
const filesOf = (view: ReturnType<typeof viewOf>) =>
  recoveredFiles({
    store,
    view,
    mount: "/m",
    clock: { now: () => ({ sec: 9, nsec: 0 }) },
    emit: (event) => void told.push(event),
  });

function keep(): string {
  const path = ["src", "a.txt"].map(mustFileName);
  const info = { path, node: 3, who: "ben", reason: "stale", base: 1, when: { sec: 5, nsec: 0 } } as const;
  const kept = store.keep(info, { extents: [{ offset: 0, length: 4, bytes: Buffer.from("lost") }] });
  if (!kept.ok) throw new Error("not kept");
  return String(kept.value.entry.id);
}

it("says where a recovered version lies and the file it lost to, and forgets it when it is discarded", () => {
  const id = keep();
  const files = filesOf(viewOf("file"));
  const { file, current } = files.recovered(id);
  expect(current).toBe("/m/src/a.txt");
  expect(readFileSync(file ?? "", "utf8")).toBe("lost");
  expect(files.discard(id)).toBe(true);
  expect(files.recovered(id)).toEqual({ file: null, current: null });
  expect(files.discard(id)).toBe(false);
});

it.each(["dir", undefined] as const)("knows no file it lost to where there is %s now", (kind) => {
  const id = keep();
  expect(filesOf(viewOf(kind)).recovered(id).current).toBeNull();
});

it("knows no version by an id of another shape", () => {
  keep();
  const files = filesOf(viewOf("file"));
  for (const id of ["", "01", "1.0", "9", "../1"]) {
    expect(files.recovered(id)).toEqual({ file: null, current: null });
    expect(files.discard(id)).toBe(false);
  }
});

it("keeps what a save is about to overwrite unseen, and tells it", () => {
  const files = filesOf(viewOf("file"));
  const id = files.keep("src/a.txt", Buffer.from("unseen"));
  expect(readFileSync(files.recovered(id ?? "").file ?? "", "utf8")).toBe("unseen");
  expect(told.at(-1)).toEqual({ event: "recovered", path: "src/a.txt", reason: "overwritten", id });
  for (const path of ["", "/a", "../a", "a//b"]) expect(files.keep(path, Buffer.from("x"))).toBeNull();
});
