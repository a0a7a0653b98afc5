import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import { type NodeId } from "../../../helper/replica/ids.ts";
import { create, pair, type Pair } from "./pair.ts";
import { at, bytes, time } from "./rig.ts";

describe("git at a guest", () => {
  const ask = (p: Pair, name: string): NodeId => {
    const asked = p.guest.perform(create(p, p.find(".git"), name, true));
    expect(asked.t).toBe("asked");
    expect(p.guest.lookup(at(p.find(".git"), name))).toBeUndefined();
    p.up(asked);
    expect(p.receive().at(-1)).toMatchObject({ changes: [], settled: [{ result: { ok: true } }] });
    return p.guest.lookup(at(p.find(".git"), name)) as NodeId;
  };

  test("R-ASK, R-GRANT: a lock is asked for, shows when granted and is released by an asked rename", () => {
    const p = pair();
    const lock = ask(p, "HEAD.lock");
    expect(p.guest.locks()).toMatchObject([{ node: lock, owner: 1 }]);
    const released = p.guest.perform({
      t: "rename",
      from: at(p.find(".git"), "HEAD.lock"),
      to: at(p.find(".git"), "HEAD"),
      time: time(9),
    });
    expect(released.t).toBe("asked");
    p.up(released);
    p.receive();
    expect(p.guest.lookup(at(p.find(".git"), "HEAD"))).toBe(lock);
    expect(p.guest.locks()).toEqual([]);
  });

  test("R-REVIVE: a directory that came back with one's own asked operation is reported, the operation itself is not", () => {
    const p = pair();
    const [git, refs] = [p.find(".git"), p.find(".git/refs")];
    const asked = p.guest.perform(create(p, refs, "main.lock", true));
    p.host.local({ t: "rmdir", at: at(git, "refs"), node: refs, time: time(6) });
    p.up(asked);
    const [removed, granted] = p.receive();
    expect(removed?.changes).toContainEqual(expect.objectContaining({ t: "name", before: refs, after: undefined }));
    expect(granted?.changes).toContainEqual(expect.objectContaining({ t: "name", before: undefined, after: refs }));
    expect(granted?.changes.filter(({ t }) => t === "name")).toHaveLength(1);
    expect(granted?.settled).toMatchObject([{ result: { ok: true } }]);
  });

  test("R-EIO: a refusal spoils the locks held and the next release, once", () => {
    const p = pair();
    ask(p, "index.lock");
    p.rig.refuse = errno.ENOSPC;
    p.up(p.guest.perform(create(p, p.find(".git/objects/ab"), "tmp_obj_x")));
    p.rig.refuse = undefined;
    p.receive();
    const release = (name: string) =>
      p.guest.perform({
        t: "rename",
        from: at(p.find(".git"), `${name}.lock`),
        to: at(p.find(".git"), name),
        time: time(9),
      });
    expect(release("index")).toMatchObject({ t: "failed", errno: errno.EIO });
    ask(p, "HEAD.lock");
    expect(release("HEAD")).toMatchObject({ t: "failed", errno: errno.EIO });
    expect(release("HEAD").t).toBe("asked");
  });

  test("R-GRANT: another's lock is EPERM here without asking", () => {
    const p = pair();
    p.host.local({
      t: "create",
      at: at(p.find(".git"), "HEAD.lock"),
      node: p.host.newNode(),
      mode: 0o644,
      time: time(3),
    });
    p.receive();
    expect(p.guest.perform({ t: "unlink", at: at(p.find(".git"), "HEAD.lock"), time: time(4) })).toMatchObject({
      errno: errno.EPERM,
    });
    expect(p.guest.perform({ t: "unlink", at: at(p.find(".git"), "HEAD"), time: time(4) })).toMatchObject({
      errno: errno.EPERM,
    });
  });

  test("R-OBJ: one's own object gives way to the one that is there, and the view says so", () => {
    const p = pair();
    const ab = p.find(".git/objects/ab");
    const name = "1".repeat(38);
    p.host.local({ t: "create", at: at(ab, name), node: p.host.newNode(), mode: 0o444, time: time(3) });
    p.up(p.guest.perform(create(p, ab, "tmp_obj_1", true)));
    const own = p.guest.lookup(at(ab, "tmp_obj_1"));
    p.up(p.guest.perform({ t: "rename", from: at(ab, "tmp_obj_1"), to: at(ab, name), time: time(4) }));
    expect(p.guest.lookup(at(ab, name))).toBe(own);
    const last = p.receive().at(-1);
    expect(p.guest.lookup(at(ab, name))).toBe(p.find(`.git/objects/ab/${name}`));
    expect(last?.changes).toContainEqual(expect.objectContaining({ t: "name", at: at(ab, name), before: own }));
    expect(last?.settled).toMatchObject([{ result: { ok: true } }]);
  });

  test("R-PRIV: private files are this guest's own, are told to nobody and take a seed until written", () => {
    const p = pair();
    const git = p.find(".git");
    expect(p.guest.lookup(at(git, "config"))).toBeUndefined();
    p.host.local({ t: "seed", dir: git, name: at(git, "config").name, bytes: bytes("[core]"), time: time(3) });
    const [seeded] = p.receive();
    const node = p.guest.lookup(at(git, "config")) as NodeId;
    expect(seeded).toMatchObject({ content: [{ t: "seed", node }], changes: [{ t: "name", after: node }] });
    expect(p.guest.write({ node, handle: 1, append: false }, 0, bytes("[user]"), time(5))).toMatchObject({
      t: "done",
      send: [],
    });
    p.host.local({ t: "seed", dir: git, name: at(git, "config").name, bytes: bytes("[x]"), time: time(6) });
    expect(p.receive()).toMatchObject([{ content: [], changes: [] }]);
    expect(p.guest.perform({ ...create(p, git, "config.lock", true) })).toEqual({ t: "done", send: [] });
    expect(
      p.guest.perform({ t: "rename", from: at(git, "config.lock"), to: at(git, "config"), time: time(7) }),
    ).toEqual({ t: "done", send: [] });
    expect(p.guest.node(git)?.mtime).toEqual(p.host.node(git)?.mtime);
  });
});
