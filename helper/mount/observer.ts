/**
 * What others changed → what the kernel must be told, in the order of FUSE.md "Invalidation": the entry if the mapping
 * changed and may be cached, the node, the parent's listing, and once all of it is written, the watcher echo.
 */
import type { Timers } from "../base/ports.ts";
import type { NodeId } from "../replica/ids.ts";
import { cachePolicy } from "./cache-policy.ts";
import type { EchoChange } from "./echo-change.ts";
import type { Invalidation, Invalidator } from "./invalidator.ts";
import type { Known, Lookups } from "./lookups.ts";
import { keyOfRename, OpenTickets, Ticket } from "./ticket.ts";
import type { Place, ViewChange, ViewObserver, Workspace } from "./workspace.ts";

export interface ObserverOptions {
  readonly workspace: Workspace;
  readonly lookups: Lookups;
  readonly invalidator: Invalidator;
  /** Everything about this change is written. */
  readonly echo: (change: EchoChange) => void;
  /** Names that will go away by an echo must not be cached as absent from now on. */
  readonly expectEcho: (change: EchoChange) => void;
  /** Of an expected change: a later one of its kind is echoed in its place. */
  readonly dropEcho: (change: EchoChange) => void;
  readonly timers: Timers;
}

/** How long a program that was answered a listing may take to wake up and put it into the kernel's cache. */
const fillingMs = 1000;

export interface MountObserver extends ViewObserver {
  dropPages(node: NodeId): void;
  /** A notification is about to be handed over. */
  sent(what: Invalidation): void;
}

type NameChange = Extract<ViewChange, { t: "name" }>;
type Waiting = Pick<Ticket, "take" | "give">;

const nobody: Waiting = { take: () => {}, give: () => {} };

export function createObserver(options: ObserverOptions): MountObserver {
  const { workspace, lookups, invalidator } = options;
  const open = new OpenTickets();

  function changed(changes: readonly ViewChange[]): void {
    // Both halves of a rename share one ticket: its echo comes after both.
    const halves = new Map<string, Ticket>();
    for (const change of changes) {
      if (change.t === "name") nameChanged(change, halves);
      else nodeChanged(change);
    }
    for (const ticket of halves.values()) ticket.give();
  }

  function nodeChanged(change: Exclude<ViewChange, NameChange>): void {
    const known = lookups.get(change.node);
    if (known === undefined) return unknownChanged(change);
    const ticket = ticketFor(change);
    const drop = change.t === "content" ? "pages" : isCached(known) ? "attributes" : undefined;
    if (drop !== undefined) open.open(ticket, dropNode(known, drop, ticket));
    ticket.give();
  }

  /** A watch on the directory pins only the directory: its files' changes are told also when the kernel has forgotten them. */
  function unknownChanged(change: Exclude<ViewChange, NameChange>): void {
    if (change.t !== "content" || workspace.classOfNode(change.node) !== "work-tree") return;
    const parent = workspace.parent(change.node);
    if (parent !== undefined && lookups.get(parent) !== undefined) options.echo(change);
  }

  function nameChanged(change: NameChange, halves: Map<string, Ticket>): void {
    const { at, before, after } = change;
    if (before === after) return;
    const dead = before === undefined ? undefined : workspace.node(before);
    const echo: EchoChange = { ...change, dead };
    options.expectEcho(echo);
    const ticket = change.moved === undefined ? ticketFor(echo) : ticketOfHalf(echo, change.moved, halves);
    const policy = cachePolicy(workspace.classOf(at));
    const parent = lookups.get(at.parent);
    const mayBeCached =
      before === undefined
        ? policy.negativeTtl > 0 || parent?.absentKept === true
        : policy.entryTtl > 0 || lookups.get(before)?.kept === true;
    if (parent !== undefined && mayBeCached) open.open(ticket, dropEntry(at, before, ticket));
    for (const id of [before, after]) {
      const known = id === undefined ? undefined : lookups.get(id);
      if (known !== undefined && (policy.attributeTtl > 0 || known.kept)) dropNode(known, "attributes", ticket);
    }
    if (parent !== undefined && (parent.listed || isCached(parent)))
      dropNode(parent, parent.listed ? "listing" : "attributes", ticket, true);
    if (change.moved === undefined) ticket.give();
    if (dead?.nlink === 0) lookups.forgetUnseen(dead.id);
  }

  /** Already taken once, for as long as the change is being looked at. */
  function ticketFor(change: EchoChange): Ticket {
    const ticket = open.find(change);
    if (ticket === undefined) return new Ticket(change, options.echo);
    options.dropEcho(ticket.change);
    ticket.change = change;
    ticket.take();
    return ticket;
  }

  function ticketOfHalf(
    change: Extract<EchoChange, { t: "name" }>,
    moved: NonNullable<NameChange["moved"]>,
    halves: Map<string, Ticket>,
  ): Ticket {
    const key = "from" in moved ? keyOfRename(moved.from, change.at) : keyOfRename(change.at, moved.to);
    const ticket = halves.get(key) ?? ticketFor(change);
    halves.set(key, ticket);
    return ticket;
  }

  function dropEntry(at: Place, before: NodeId | undefined, ticket: Ticket): Invalidation {
    const what: Invalidation = { t: "entry", parent: at.parent, name: at.name };
    const replaced = before === undefined ? undefined : lookups.get(before);
    if (replaced !== undefined) {
      replaced.replaced = true;
      invalidator.add(what, { who: replaced, written: () => void (replaced.replaced = false) });
    }
    if (invalidator.add(what, { who: ticket, written: () => ticket.give() })) ticket.take();
    return what;
  }

  function dropNode(
    known: Known,
    drop: "attributes" | "pages" | "listing",
    ticket: Waiting,
    toEnd = false,
  ): Invalidation {
    const counts = drop === "pages";
    const what: Invalidation = { t: "node", node: known.node, drop };
    const written = (found: boolean): void => {
      if (counts) known.pendingPages--;
      // The node's first LOOKUP may be answered but not yet taken in: the entry's lock waits for it (FUSE.md "traps").
      if (found || known.count === 0 || known.name === undefined || !isCached(known)) return ticket.give();
      const entry: Invalidation = { t: "entry", parent: known.parent, name: known.name };
      if (!invalidator.add(entry, { who: ticket, written: () => ticket.give() })) ticket.give();
    };
    if (!invalidator.add(what, { who: ticket, written, toEnd })) return what;
    if (counts) known.pendingPages++;
    ticket.take();
    return what;
  }

  function isCached({ node, kept }: Known): boolean {
    return kept || cachePolicy(workspace.classOfNode(node)).attributeTtl > 0;
  }

  return {
    changed,
    invalidated: () => invalidator.barrier(),
    dropPages(node) {
      const known = lookups.get(node);
      if (known !== undefined) dropNode(known, "pages", nobody);
    },
    sent(what) {
      open.close(what);
      const known = what.t === "node" && what.drop === "listing" ? lookups.get(what.node) : undefined;
      if (known?.listed !== true) return;
      known.listed = false;
      // Rows answered before may enter the kernel's cache after this notice.
      options.timers.after(fillingMs, () => void invalidator.add(what, { who: known, written: () => {}, toEnd: true }));
    },
  };
}
