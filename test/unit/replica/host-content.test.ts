import { describe, expect, test } from "vitest";
import { rootNode, type Version } from "../../../helper/replica/ids.ts";
import { at, bytes, hostRepo, hostRig, time, v0 } from "./rig.ts";

describe("content at the host", () => {
  test("R-PRECOND: a write based on another version is refused stale", () => {
    const rig = hostRig(hostRepo);
    const file = rig.find("a.txt");
    const write = (by: number, base: Version) =>
      rig.submit(by, {
        t: "write",
        node: file,
        base,
        extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
        more: false,
        time: time(5),
      });
    expect(write(1, v0).ordered).toMatchObject({ t: "applied" });
    expect(write(2, v0).ordered).toMatchObject({ t: "refused", reason: "stale", count: 1 });
  });

  test("R-PRECOND: deleting what one has not seen is refused and the file stays", () => {
    const rig = hostRig(hostRepo);
    const file = rig.find("a.txt");
    rig.host.local({
      t: "write",
      node: file,
      base: v0,
      extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
      more: false,
      time: time(5),
    });
    expect(
      rig.submit(1, { t: "unlink", at: at(rootNode, "a.txt"), node: file, seen: v0, time: time(6) }).ordered,
    ).toMatchObject({ t: "refused", reason: "stale" });
    expect(rig.find("a.txt")).toBe(file);
  });

  test("R-VERSION: an append on an unseen version gets a version of the host's", () => {
    const rig = hostRig(hostRepo);
    const file = rig.find("a.txt");
    const append = (by: number) =>
      rig.submit(by, {
        t: "append",
        node: file,
        seen: v0,
        extent: { offset: 0, length: 2, bytes: bytes("ab") },
        time: time(5),
      }).ordered;
    expect(append(1)).toMatchObject({ version: 2 ** 40 + 1, offset: 0 });
    const second = append(2);
    expect(second).toMatchObject({ t: "applied", offset: 2 });
    expect((second as { version: number }).version).toBeLessThan(2 ** 40);
  });

  test("R-TIME: times grow strictly even when the operation's clock is behind", () => {
    const rig = hostRig(hostRepo);
    const file = rig.find("a.txt");
    rig.host.local({ t: "truncate", node: file, base: v0, size: 1, time: time(50) });
    rig.host.local({
      t: "truncate",
      node: file,
      base: rig.host.node(file)?.version as Version,
      size: 2,
      time: time(10),
    });
    expect(rig.host.node(file)?.mtime).toEqual({ sec: 50, nsec: 1 });
  });

  test("R-BURST: while a guest's burst says more, another guest that saw a part may not write", () => {
    const rig = hostRig(hostRepo);
    const file = rig.find("a.txt");
    const write = (by: number, base: number, more: boolean) =>
      rig.submit(by, {
        t: "write",
        node: file,
        base: base as Version,
        extents: [{ offset: 0, length: 1, bytes: bytes("x") }],
        more,
        time: time(5),
      }).ordered;
    write(1, 0, true);
    expect(write(2, 2 ** 40 + 1, false)).toMatchObject({ t: "refused", reason: "stale" });
    expect(write(1, 2 ** 40 + 1, false)).toMatchObject({ t: "applied" });
    expect(write(3, 2 ** 40 + 2, false)).toMatchObject({ t: "applied" });
  });
});
