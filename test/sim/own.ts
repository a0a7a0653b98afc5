/** A guest's own files at ignored places (R-SEED): what the shell does around the core, and what must be true of them. */
import type { FileName } from "../../helper/base/name.ts";
import type { LocalOp, View } from "../../helper/replica/api.ts";
import { createGuestReplica } from "../../helper/replica/guest.ts";
import { rootNode, type NodeId } from "../../helper/replica/ids.ts";
import { nothingApart, type PathRules } from "../../helper/replica/path-rules.ts";
import type { Guest } from "./guest.ts";
import { tokensIn } from "./store.ts";
import { place, type World } from "./world.ts";

/** Files named `c` anywhere, and the directory `d3`, which comes and goes. */
export const someIgnored: PathRules = {
  isHidden: () => false,
  isIgnored: (path) => path.at(-1) === "c" || path[0] === "d3",
};

/** Before a call that may make the host's file this guest's own: its bytes are fetched. */
export function whole(world: World, guest: Guest, id: NodeId): void {
  const { replica, store } = guest;
  const size = replica.node(id)?.size ?? 0;
  if (!replica.isSeed(id) || replica.node(id)?.kind !== "file") return;
  store.meet(id, size);
  const truth = world.contentAt(id, replica.confirmed(id)?.version);
  const { known } = store.get(id);
  for (let i = 0; i < size; i++) if (known[i] !== 1) store.write(id, i, truth.slice(i, i + 1));
}

/** Before a rename: what it would tell first is told. */
export function crossing(world: World, guest: Guest, op: LocalOp): void {
  const node = op.t === "rename" ? guest.replica.crossing(op.from, op.to) : undefined;
  if (node !== undefined) publish(world, guest, node.id);
}

export function publish(world: World, guest: Guest, id: NodeId): void {
  const { replica, store, own } = guest;
  const node = replica.node(id);
  const bytes = node?.kind === "file" ? store.get(id).bytes.slice(0, node.size) : new Uint8Array(0);
  const there = replica.placeOf(id);
  const before = there === undefined ? undefined : replica.lookup(there);
  const { send } = replica.publish(id, bytes, world.now());
  if (guest.connected) guest.up.push(...send);
  if (send.length === 0 || before === undefined) return;
  own.delete(id);
  for (const token of tokensIn(bytes)) world.written.add(token);
}

/** After a call: what of this node is this guest's own now. */
export function note(guest: Guest, id: NodeId): void {
  const { replica, store, own } = guest;
  const node = replica.node(id);
  // Removed for everybody.
  if (!replica.isPrivateNode(id)) own.delete(id);
  if (node?.kind !== "file" || !replica.isPrivateNode(id)) return;
  if (node.nlink === 0) {
    own.delete(id);
    replica.forget(id);
    store.files.delete(id);
  } else own.set(id, store.get(id).bytes.slice(0, node.size));
}

/** Every own file is where its path leads, with its bytes; every name that shows is the one its node has. */
export function checkOwn(world: World, guest: Guest): void {
  const { replica, store, own, peer } = guest;
  for (const [id, bytes] of own) {
    const path = replica.pathOf(id);
    const found = path?.reduce<NodeId | undefined>(
      (dir, name) => (dir === undefined ? undefined : replica.lookup(place(dir, name))),
      rootNode,
    );
    if (found !== id) world.wrong.push(`peer ${peer}: own ${id} is not at ${path?.join("/")}`);
    const now = store.get(id).bytes.slice(0, replica.node(id)?.size ?? 0);
    if (Buffer.compare(bytes, now) !== 0) world.wrong.push(`peer ${peer}: own ${id} has other bytes`);
  }
  checkPlaces(world, guest, rootNode, new Set());
}

function checkPlaces(world: World, guest: Guest, dir: NodeId, seen: Set<NodeId>): void {
  const { replica, peer } = guest;
  for (const { name, node } of replica.list(dir)) {
    if (replica.lookup(place(dir, name)) !== node)
      world.wrong.push(`peer ${peer}: ${name} lists ${node}, leads elsewhere`);
    if (replica.node(node)?.kind !== "dir") continue;
    const at = replica.placeOf(node);
    if (at?.parent !== dir || at.name !== name || seen.has(node))
      world.wrong.push(`peer ${peer}: ${node} shows at ${dir}/${name}, has ${at?.parent}/${at?.name}`);
    seen.add(node);
    checkPlaces(world, guest, node, seen);
  }
}

/** Nothing is ignored any more: what can be told is. */
export function shareAll(world: World, guest: Guest): void {
  for (const id of guest.replica.setRules(nothingApart).strays)
    if (guest.replica.yieldsTo(id) === undefined) publish(world, guest, id);
    else world.handBack(guest, id);
}

/**
 * R-OWN: what the guest shows outside git dirs, its next session shows; what is homeless there is a file's name, and in a place
 * that is shared.
 */
export function checkRestored(world: World, { replica, peer }: Guest): void {
  const next = createGuestReplica({
    peer,
    snapshot: world.host.snapshot(),
    range: world.host.nextRange(),
    received: 0,
    rules: someIgnored,
  });
  const homeless = new Set(next.restoreOwn(replica.ownTree(), ({ size }) => size).map(({ path }) => path.join("/")));
  const [before, after] = [shown(replica), shown(next)];
  for (const [path, what] of before)
    if (after.get(path) !== what && !homeless.has(path))
      world.wrong.push(`peer ${peer}: ${path} was ${what}, is ${after.get(path)} in the next session`);
  for (const path of replica.ownTree().gone)
    if (after.has(path.join("/"))) world.wrong.push(`peer ${peer}: ${path.join("/")} was removed here`);
  for (const path of homeless)
    if (someIgnored.isIgnored(path.split("/") as FileName[], "file") && !after.has(path))
      world.wrong.push(`peer ${peer}: ${path} is homeless`);
}

function shown(view: View, dir = rootNode, path = "", found = new Map<string, string>()): Map<string, string> {
  for (const { name, node } of view.list(dir)) {
    const { kind, mode, size } = view.node(node) ?? { kind: "none", mode: 0, size: 0 };
    const at = `${path}${name}`;
    if (name === ".git") continue;
    // A directory that shows by itself in the one may be taken over for what is in it in the other.
    const isOwn = kind !== "dir" && view.isPrivateNode(node);
    found.set(at, `${kind} ${mode.toString(8)} ${size} ${isOwn ? "own" : "shared"}`);
    if (kind === "dir") shown(view, node, `${at}/`, found);
  }
  return found;
}
