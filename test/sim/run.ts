import { rootNode, type NodeId } from "../../helper/replica/ids.ts";
import type { View } from "../../helper/replica/api.ts";
import { actGuest, actHost, commitStep } from "./actions.ts";
import type { Guest } from "./guest.ts";
import type { Step } from "./random.ts";
import { tokensIn } from "./store.ts";
import { checkOwn, checkRestored, shareAll } from "./own.ts";
import { place, World, type WorldOptions } from "./world.ts";

/** Runs the steps, lets everything settle, and says what went wrong. */
export function run(steps: readonly Step[], options: WorldOptions): readonly string[] {
  const world = new World(options);
  for (const step of steps) {
    act(world, step);
    if (options.rules !== undefined) for (const guest of world.guests) checkOwn(world, guest);
    if (world.wrong.length > 0) return world.wrong;
  }
  settle(world);
  if (options.rules !== undefined) {
    for (const guest of world.guests) checkRestored(world, guest);
    for (const guest of world.guests) shareAll(world, guest);
    settle(world);
    for (const guest of world.guests) checkOwn(world, guest);
  }
  return [...world.wrong, ...verdict(world)];
}

function act(world: World, step: Step): void {
  const guest = world.guests[Math.floor(step.peer * world.guests.length)];
  if (guest === undefined) return;
  if (step.kind < 0.3) for (let i = 0; i < 1 + step.a * 4; i++) world.deliverUp(guest);
  else if (step.kind < 0.6) for (let i = 0; i < 1 + step.a * 6; i++) world.deliverDown(guest);
  else if (step.kind < 0.88) actGuest(world, guest, step);
  else if (step.kind < 0.94) actHost(world, step);
  else if (step.kind < 0.965) world.connect(guest, !guest.connected);
  else if (step.kind < 0.985) world.diskFull = step.a < 0.3;
  else if (!guest.connected) world.gone(guest);
}

/** Links mended, disk free, every burst ended and every commit finished or given up. */
function settle(world: World): void {
  world.diskFull = false;
  for (let round = 0; round < 12; round++) {
    for (const guest of world.guests) {
      world.connect(guest, true);
      if (guest.commit.t === "holding" || guest.commit.t === "letting-go")
        commitStep(world, guest, { kind: 0, peer: 0, a: 0, b: 0, c: round < 3 ? 1 : 0 });
      guest.up.push(...guest.replica.endBurst("all"));
    }
    for (let moved = true; moved; ) {
      moved = false;
      for (const guest of world.guests) moved = world.deliverUp(guest) || world.deliverDown(guest) || moved;
    }
  }
}

function verdict(world: World): string[] {
  const wrong: string[] = [];
  for (const guest of world.guests) {
    const { operations } = guest.replica.pending();
    if (operations > 0) wrong.push(`peer ${guest.peer} still has ${operations} undecided`);
    compare(world, guest, rootNode, "", wrong);
  }
  const there = new Set<number>();
  walk(world.host, rootNode, (node) => {
    for (const token of tokensIn(world.hostStore.get(node).bytes)) there.add(token);
  });
  for (const token of world.written)
    if (!there.has(token) && !world.accounted.has(token)) wrong.push(`content ${token} is lost`);
  const head = world.path(world.host, ".git/HEAD");
  const commits = head === undefined ? new Set<number>() : tokensIn(world.hostStore.get(head).bytes);
  for (const token of world.acknowledged) if (!commits.has(token)) wrong.push(`acknowledged commit ${token} is lost`);
  if (world.host.locks().length > 0) wrong.push("a lock is left");
  return wrong;
}

function walk(view: View, dir: NodeId, visit: (node: NodeId) => void): void {
  for (const { node } of view.list(dir)) {
    visit(node);
    if (view.node(node)?.kind === "dir") walk(view, node, visit);
  }
}

function compare(world: World, guest: Guest, dir: NodeId, path: string, wrong: string[]): void {
  const mine = new Map(guest.replica.list(dir).map((entry) => [entry.name, entry.node]));
  for (const { name, node } of world.host.list(dir)) {
    if (world.host.isPrivateNode(node)) continue;
    const at = `${path}/${name}`;
    if (guest.replica.isPrivate(place(dir, name)) || guest.replica.isPrivateNode(node)) {
      mine.delete(name);
      continue;
    }
    if (mine.get(name) !== node) wrong.push(`peer ${guest.peer}: ${at} is ${mine.get(name)}, at the host ${node}`);
    mine.delete(name);
    const [a, b] = [shown(guest.replica, node), shown(world.host, node)];
    if (a !== b) wrong.push(`peer ${guest.peer}: ${at} shows ${a}, at the host ${b}`);
    if (world.host.node(node)?.kind === "dir") compare(world, guest, node, at, wrong);
    else compareBytes(world, guest, node, at, wrong);
  }
  for (const [name, node] of mine)
    if (!guest.replica.isPrivateNode(node)) wrong.push(`peer ${guest.peer}: ${path}/${name} is not at the host`);
}

function compareBytes(world: World, guest: Guest, node: NodeId, at: string, wrong: string[]): void {
  const { bytes, known } = guest.store.get(node);
  const truth = world.hostStore.get(node).bytes;
  for (let i = 0; i < bytes.length; i++) {
    if (known[i] === 1 && bytes[i] !== (truth[i] ?? 0))
      return void wrong.push(`peer ${guest.peer}: ${at} has wrong bytes at ${i}`);
  }
}

function shown(view: View, id: NodeId): string {
  const node = view.node(id);
  if (node === undefined) return "nothing";
  const { kind, mode, size, nlink, ino, mtime, ctime, version, owner } = node;
  return JSON.stringify({ kind, mode, size, nlink, ino, mtime, ctime, version, owner });
}

/** Drops steps while the run still fails. */
export function shrink(steps: readonly Step[], fails: (steps: readonly Step[]) => boolean): readonly Step[] {
  let kept = steps;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fails(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}
