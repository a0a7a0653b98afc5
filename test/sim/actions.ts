import type { LocalOp } from "../../helper/replica/api.ts";
import { rootNode, type NodeId, type OpId } from "../../helper/replica/ids.ts";
import type { Node, Op, Place } from "../../helper/replica/op.ts";
import type { Guest } from "./guest.ts";
import { crossing, note, whole } from "./own.ts";
import type { Step } from "./random.ts";
import { tokenBytes, tokenSize, tokensIn } from "./store.ts";
import { objectName, place, type World } from "./world.ts";

const names = ["a", "b", "c", "e"];

function pick<T>(items: readonly T[], at: number): T {
  const item = items[Math.floor(at * items.length)];
  if (item === undefined) throw new Error("nothing to pick");
  return item;
}

/** A place in the work tree: in the root or a directory that is there now. */
function somewhere(
  view: { lookup(at: Place): NodeId | undefined; node(id: NodeId): Node | undefined },
  at: number,
): Place {
  const dirs = [rootNode];
  for (const name of ["d1", "d2", "d3"]) {
    const dir = view.lookup(place(rootNode, name));
    if (dir !== undefined && view.node(dir)?.kind === "dir") dirs.push(dir);
  }
  return place(pick(dirs, at), pick(names, (at * 97) % 1));
}

/** One call of a guest's kernel, chosen by the step and what this guest sees. */
export function actGuest(world: World, guest: Guest, step: Step): void {
  if (step.a < 0.22) return commitStep(world, guest, step);
  const { replica } = guest;
  const at = somewhere(replica, step.b);
  const node = replica.lookup(at);
  const time = world.now();
  if (step.a < 0.27) {
    const dir = place(rootNode, pick(["d1", "d2", "d3"], step.c));
    call(
      world,
      guest,
      replica.lookup(dir) === undefined
        ? { t: "mkdir", at: dir, node: replica.newNode(dir), mode: 0o755, time }
        : { t: "rmdir", at: dir, time },
    );
    return;
  }
  if (node === undefined)
    return void call(world, guest, { t: "create", at, node: replica.newNode(at), mode: 0o644, exclusive: false, time });
  const size = replica.node(node)?.size ?? 0;
  if (step.a < 0.6) return write(world, guest, node, step, size);
  if (step.a < 0.64)
    return void call(world, guest, {
      t: "truncate",
      node,
      size: tokenSize * Math.floor(step.c * (size / tokenSize + 2)),
      time,
    });
  if (step.a < 0.72) return void call(world, guest, { t: "unlink", at, time });
  if (step.a < 0.82) return void call(world, guest, { t: "rename", from: at, to: somewhere(replica, step.c), time });
  if (step.a < 0.86) return void call(world, guest, { t: "link", at: somewhere(replica, step.c), node, time });
  if (step.a < 0.9) return void call(world, guest, { t: "setattr", node, mode: step.c < 0.5 ? 0o600 : 0o644, time });
  guest.up.push(...online(guest, replica.endBurst(step.c < 0.5 ? "all" : { node })));
}

function online<T>(guest: Guest, items: readonly T[]): readonly T[] {
  return guest.connected ? items : [];
}

function call(world: World, guest: Guest, op: LocalOp): OpId | "done" | "failed" {
  const { replica, store } = guest;
  const node =
    op.t === "unlink" || op.t === "rmdir"
      ? replica.lookup(op.at)
      : op.t === "rename"
        ? replica.lookup(op.to)
        : op.t === "truncate"
          ? op.node
          : undefined;
  const nlink = node === undefined ? 0 : (replica.node(node)?.nlink ?? 0);
  const before = node === undefined ? new Set<number>() : visible(world, guest, node);
  const was = op.t === "truncate" ? (replica.node(op.node)?.size ?? 0) : 0;
  if (op.t === "truncate") store.meet(op.node, was);
  const touched = "node" in op ? op.node : op.t === "rename" ? replica.lookup(op.from) : node;
  if (touched !== undefined && op.t !== "unlink") whole(world, guest, touched);
  crossing(world, guest, op);
  // Of the host's file at an ignored place only a name here is removed.
  const isTold =
    node !== undefined && (replica.hasPendingContent(node) || !(replica.isPrivateNode(node) || replica.isSeed(node)));
  const performed = replica.perform(op);
  guest.up.push(...online(guest, performed.send));
  if (performed.t === "failed") return "failed";
  if (performed.t === "asked") {
    guest.asked.add(performed.id);
    return performed.id;
  }
  // What this peer takes away itself, it has seen.
  if (op.t === "truncate") {
    store.resize(op.node, op.size, was);
    for (const token of before) if (tokensIn(store.get(op.node).bytes).has(token)) before.delete(token);
  }
  const gone =
    op.t === "truncate" ||
    (op.t === "unlink" && nlink === 1) ||
    (op.t === "rename" && node !== undefined && nlink === 1 && replica.lookup(op.to) !== node);
  if (gone && isTold) for (const token of before) world.accounted.add(token);
  if (op.t === "create") store.reset(op.node, 0);
  for (const each of [touched, node]) if (each !== undefined) note(guest, each);
  return "done";
}

function visible(world: World, guest: Guest, node: NodeId): Set<number> {
  const { bytes, known } = guest.store.get(node);
  const tokens = tokensIn(bytes, known);
  for (const token of tokensIn(world.contentAt(node, guest.replica.confirmed(node)?.version)))
    if (guest.seen.has(token) && !guest.replica.hasPendingContent(node)) tokens.add(token);
  return tokens;
}

function write(world: World, guest: Guest, node: NodeId, step: Step, size: number): void {
  const { replica, store } = guest;
  const token = world.newToken();
  const append = step.c > 0.6;
  const offset = tokenSize * Math.floor(step.c * (size / tokenSize + 2));
  store.meet(node, size);
  const before = visible(world, guest, node);
  whole(world, guest, node);
  const result = replica.write({ node, handle: step.c < 0.3 ? 1 : 2, append }, offset, tokenBytes(token), world.now());
  guest.up.push(...online(guest, result.send));
  if (result.t !== "done") return;
  store.write(node, result.offset, tokenBytes(token));
  guest.seen.add(token);
  const after = tokensIn(store.get(node).bytes);
  if (replica.isPrivateNode(node)) {
    // Its own now, and what it told of it before is undecided: overwritten by itself.
    if (replica.hasPendingContent(node)) for (const old of before) if (!after.has(old)) world.accounted.add(old);
    return note(guest, node);
  }
  for (const old of before)
    if (!after.has(old) && guest.store.get(node).known[result.offset] === 1 && !append)
      overwritten(world, guest, node, old, result.offset);
  world.written.add(token);
  if (step.a > 0.45) guest.up.push(...online(guest, replica.endBurst({ node })));
}

/** Only what stood at that place was taken away; the rest of the content may just not be fetched. */
function overwritten(world: World, guest: Guest, node: NodeId, token: number, offset: number): void {
  const confirmed = world.contentAt(node, guest.replica.confirmed(node)?.version);
  const there = tokensIn(confirmed.slice(offset, offset + tokenSize)).has(token);
  const elsewhere = tokensIn(confirmed).has(token) && !there;
  if (!elsewhere) world.accounted.add(token);
}

/** `git commit`, one system call at a time. */
export function commitStep(world: World, guest: Guest, step: Step): void {
  const { replica, commit } = guest;
  const git = world.path(replica, ".git");
  const fanout = world.path(replica, ".git/objects/ab");
  if (git === undefined || fanout === undefined) return;
  const lock = place(git, "HEAD.lock");
  const time = world.now();
  switch (commit.t) {
    case "idle": {
      const token = world.newToken();
      const temporary = place(fanout, `tmp_obj_${token}`);
      const node = replica.newNode(temporary);
      call(world, guest, { t: "create", at: temporary, node, mode: 0o444, exclusive: true, time });
      const written = replica.write({ node, handle: 9, append: false }, 0, tokenBytes(token), time);
      guest.up.push(...online(guest, written.send));
      if (written.t === "done") guest.store.write(node, 0, tokenBytes(token));
      guest.up.push(...online(guest, replica.endBurst({ node })));
      call(world, guest, { t: "rename", from: temporary, to: place(fanout, objectName(token)), time });
      const asked = call(world, guest, {
        t: "create",
        at: lock,
        node: replica.newNode(lock),
        mode: 0o644,
        exclusive: true,
        time,
      });
      if (asked === "done") guest.commit = { t: "holding", token };
      else if (asked !== "failed") guest.commit = { t: "asking", id: asked, token };
      return;
    }
    case "holding": {
      const node = replica.lookup(lock);
      const head = world.path(replica, ".git/HEAD");
      if (
        node === undefined ||
        (replica.node(node)?.owner !== guest.peer && replica.node(node)?.owner !== undefined) ||
        step.c < 0.1
      )
        return letGo(world, guest, lock);
      const old = head === undefined ? new Uint8Array(0) : world.contentAt(head, replica.node(head)?.version);
      const bytes = new Uint8Array(old.length + tokenSize);
      bytes.set(old);
      bytes.set(tokenBytes(commit.token), old.length);
      const written = replica.write({ node, handle: 8, append: false }, 0, bytes, time);
      guest.up.push(...online(guest, written.send), ...online(guest, replica.endBurst({ node })));
      if (written.t === "done") guest.store.write(node, 0, bytes);
      const asked = call(world, guest, { t: "rename", from: lock, to: place(git, "HEAD"), time });
      if (asked === "failed") return letGo(world, guest, lock);
      if (asked === "done") {
        world.acknowledged.add(commit.token);
        guest.commit = { t: "idle" };
      } else guest.commit = { t: "releasing", id: asked, token: commit.token };
      return;
    }
    case "letting-go":
      return letGo(world, guest, lock);
    default:
  }
}

function letGo(world: World, guest: Guest, lock: Place): void {
  const node = guest.replica.lookup(lock);
  if (node !== undefined && guest.replica.node(node)?.owner === guest.peer)
    call(world, guest, { t: "unlink", at: lock, time: world.now() });
  guest.commit = { t: "idle" };
}

/** One call of the host's own kernel. */
export function actHost(world: World, step: Step): void {
  const { host } = world;
  const at = somewhere(host, step.b);
  const node = host.lookup(at);
  const time = world.now();
  const inode = node === undefined ? undefined : host.node(node);
  const act = (op: Op): boolean => world.local(op);
  if (node === undefined || inode === undefined)
    return void act({ t: "create", at, node: host.newNode(), mode: 0o644, time });
  if (step.a < 0.1) return hostCommit(world);
  if (step.a < 0.2) {
    const dir = place(rootNode, pick(["d1", "d2", "d3"], step.c));
    const there = host.lookup(dir);
    return void act(
      there === undefined
        ? { t: "mkdir", at: dir, node: host.newNode(), mode: 0o755, time }
        : { t: "rmdir", at: dir, node: there, time },
    );
  }
  if (step.a < 0.6) {
    const token = world.newToken();
    const offset = tokenSize * Math.floor(step.c * (inode.size / tokenSize + 2));
    if (
      act({
        t: "write",
        node,
        base: inode.version,
        extents: [{ offset, length: tokenSize, bytes: tokenBytes(token) }],
        more: false,
        time,
      })
    )
      world.written.add(token);
    return host.busy(node, step.c < 0.2);
  }
  host.busy(node, false);
  if (step.a < 0.75) return void act({ t: "unlink", at, node, seen: inode.version, time });
  const to = somewhere(host, step.c);
  const victim = host.lookup(to);
  if (victim === node) return;
  act({
    t: "rename",
    from: at,
    to,
    node,
    victim: victim === undefined ? null : { node: victim, seen: host.node(victim)?.version ?? inode.version },
    time,
  });
}

function hostCommit(world: World): void {
  const { host } = world;
  const [git, fanout, head] = [
    world.path(host, ".git"),
    world.path(host, ".git/objects/ab"),
    world.path(host, ".git/HEAD"),
  ];
  if (git === undefined || fanout === undefined || head === undefined) return;
  const token = world.newToken();
  const [object, lock] = [host.newNode(), host.newNode()];
  const time = world.now();
  const put = (node: NodeId, bytes: Uint8Array): boolean =>
    world.local({
      t: "write",
      node,
      base: host.node(node)?.version ?? (0 as never),
      extents: [{ offset: 0, length: bytes.length, bytes }],
      more: false,
      time,
    });
  if (
    !world.local({ t: "create", at: place(fanout, objectName(token)), node: object, mode: 0o444, time }) ||
    !put(object, tokenBytes(token))
  )
    return;
  if (!world.local({ t: "create", at: place(git, "HEAD.lock"), node: lock, mode: 0o644, time })) return;
  const old = world.hostStore.get(head).bytes;
  const bytes = new Uint8Array(old.length + tokenSize);
  bytes.set(old);
  bytes.set(tokenBytes(token), old.length);
  put(lock, bytes);
  if (
    world.local({
      t: "rename",
      from: place(git, "HEAD.lock"),
      to: place(git, "HEAD"),
      node: lock,
      victim: { node: head, seen: host.node(head)?.version ?? (0 as never) },
      time,
    })
  )
    world.acknowledged.add(token);
}
