import { describe, expect, test } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { createGitTimeline, gitLineOf } from "../../../helper/git/timeline.ts";
import type { NodeId, Version } from "../../../helper/replica/ids.ts";
import type { Op, Place } from "../../../helper/replica/op.ts";

const time = { sec: 1, nsec: 0 };
const seen = 0 as Version;
const names = (text: string) => (text === "" ? [] : text.split("/").map(mustFileName));
const paths = new Map<number, string>([
  [1, ""],
  [2, "lib"],
  [3, "lib/.git"],
  [4, "lib/.git/logs"],
  [5, "lib/.git/logs/HEAD"],
  [6, "lib/.git/refs/tags"],
  [7, "lib/logs"],
  [8, "lib/logs/HEAD"],
]);
const parents = new Map<number, number>([
  [5, 4],
  [8, 7],
]);
const view = {
  pathOf: (id: NodeId) => names(paths.get(id) ?? ""),
  parent: (id: NodeId) => parents.get(id) as NodeId | undefined,
  gitDirOf: (id: NodeId) => ((paths.get(id) ?? "").includes(".git") ? (3 as NodeId) : undefined),
};
const at = (parent: number, name: string): Place => ({ parent: parent as NodeId, name: mustFileName(name) });

describe("the timeline", () => {
  const hash = "b".repeat(40);
  const line = Buffer.from(`${"0".repeat(40)} ${hash} Ann <a@x> 1 +0000\tcommit (initial): begin\n`);
  const append = (node: number): Op => ({
    t: "append",
    node: node as NodeId,
    seen,
    extent: { offset: 0, length: line.length, bytes: line },
    time,
  });

  test("shows a commit of a repository below the root, with the branch its HEAD names", () => {
    const timeline = createGitTimeline(view, { head: () => "ref: refs/heads/main\n", bytes: () => undefined });
    const events = timeline.applied(append(5));
    expect(events).toEqual([
      { kind: "commit", hash, old: undefined, at: 1, branch: "main", subject: "begin", author: "Ann", how: "commit" },
    ]);
    expect(events.map(gitLineOf)).toEqual([
      { event: "commit", hash, old: null, subject: "begin", author: "Ann", branch: "main", how: "commit", at: 1 },
    ]);
    expect(timeline.applied(append(8))).toEqual([]);
  });

  test("finds the bytes that did not come along where they were written", () => {
    const timeline = createGitTimeline(view, {
      head: () => undefined,
      bytes: (node, extent) => (node === 5 && extent.length === line.length ? line : undefined),
    });
    const bare: Op = { t: "append", node: 5 as NodeId, seen, extent: { offset: 0, length: line.length }, time };
    expect(timeline.applied(bare)).toMatchObject([{ kind: "commit", hash }]);
  });

  test("shows a tag when its lock is renamed into place for the first time", () => {
    const timeline = createGitTimeline(view, { head: () => undefined, bytes: () => undefined });
    const rename = { t: "rename", from: at(6, "v1.lock"), to: at(6, "v1"), node: 9 as NodeId, time } as const;
    expect(timeline.applied({ ...rename, victim: null })).toEqual([
      { kind: "tag created", name: "v1", hash: undefined },
    ]);
    expect(timeline.applied({ ...rename, victim: { node: 10 as NodeId, seen } })).toEqual([]);
  });

  test("says that an index changed, each time its lock is renamed into place", () => {
    const timeline = createGitTimeline(view, { head: () => undefined, bytes: () => undefined });
    const rename = { t: "rename", from: at(3, "index.lock"), to: at(3, "index"), node: 9 as NodeId, time } as const;
    const events = timeline.applied({ ...rename, victim: { node: 10 as NodeId, seen } });
    expect(events.map(gitLineOf)).toEqual([{ event: "git", what: "index changed", detail: "" }]);
  });
});
