/**
 * What others changed → what the kernel must be told, in the order of FUSE.md "Invalidation": the entry if the mapping
 * changed and may be cached, the node, the parent's listing, and once all of it is written, the watcher echo.
 */
import type { NodeId } from "../replica/ids.ts";
import { cachePolicy } from "./cache-policy.ts";
import type { EchoChange } from "./echo-change.ts";
import type { Invalidation, Invalidator } from "./invalidator.ts";
import type { Known, Lookups } from "./lookups.ts";
import type { Place, ViewChange, ViewObserver, Workspace } from "./workspace.ts";

export interface ObserverOptions {
  readonly workspace: Workspace;
  readonly lookups: Lookups;
  readonly invalidator: Invalidator;
  /** Everything about this change is written. */
  readonly echo: (change: EchoChange) => void;
  /** Names that will go away by an echo must not be cached as absent from now on. */
  readonly expectEcho: (change: EchoChange) => void;
}

type NameChange = Extract<ViewChange, { t: "name" }>;

/** Counts the invalidations of one change; calls `then` when all are written. */
class Ticket {
  #open = 1;
  readonly #then: () => void;

  constructor(then: () => void) {
    this.#then = then;
  }

  take(): void {
    this.#open++;
  }

  give(): void {
    if (--this.#open === 0) this.#then();
  }
}

export function createObserver(options: ObserverOptions): ViewObserver & { dropPages(node: NodeId): void } {
  const { workspace, lookups, invalidator } = options;

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
    const ticket = new Ticket(() => options.echo(change));
    if (change.t === "content") dropNode(known, "pages", ticket);
    else if (isCached(known)) dropNode(known, "attributes", ticket);
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
    const ticket = ticketOf(change, halves, () => options.echo(echo));
    const policy = cachePolicy(workspace.classOf(at));
    const parent = lookups.get(at.parent);
    const mayBeCached =
      before === undefined
        ? policy.negativeTtl > 0 || parent?.absentKept === true
        : policy.entryTtl > 0 || lookups.get(before)?.kept === true;
    if (parent !== undefined && mayBeCached) dropEntry(at, before, ticket);
    for (const id of [before, after]) {
      const known = id === undefined ? undefined : lookups.get(id);
      if (known !== undefined && (policy.attributeTtl > 0 || known.kept)) dropNode(known, "attributes", ticket);
    }
    if (parent !== undefined && cachePolicy(workspace.classOfDir(at.parent)).attributeTtl > 0)
      dropNode(parent, "listing", ticket);
    if (change.moved === undefined) ticket.give();
    if (dead?.nlink === 0) lookups.forgetUnseen(dead.id);
  }

  function dropEntry(at: Place, before: NodeId | undefined, ticket: Ticket): void {
    const replaced = before === undefined ? undefined : lookups.get(before);
    if (replaced !== undefined) replaced.replaced = true;
    ticket.take();
    invalidator.add({ t: "entry", parent: at.parent, name: at.name }, () => {
      if (replaced !== undefined) replaced.replaced = false;
      ticket.give();
    });
  }

  function dropNode(known: Known, drop: "attributes" | "pages" | "listing", ticket: Ticket): void {
    const counts = drop !== "attributes";
    if (counts) known.pendingPages++;
    ticket.take();
    const what: Invalidation = { t: "node", node: known.node, drop };
    const written = (found: boolean): void => {
      if (counts) known.pendingPages--;
      // The node's first LOOKUP may be answered but not yet taken in: the entry's lock waits for it (FUSE.md "traps").
      if (!found && known.count > 0 && known.name !== undefined && isCached(known)) {
        invalidator.add({ t: "entry", parent: known.parent, name: known.name }, () => ticket.give());
      } else ticket.give();
    };
    invalidator.add(what, written, drop === "listing");
  }

  function isCached({ node, kept }: Known): boolean {
    return kept || cachePolicy(workspace.classOfNode(node)).attributeTtl > 0;
  }

  return {
    changed,
    invalidated: () => invalidator.barrier(),
    dropPages(node) {
      const known = lookups.get(node);
      if (known !== undefined) dropNode(known, "pages", new Ticket(() => {}));
    },
  };
}

function ticketOf(change: NameChange, halves: Map<string, Ticket>, then: () => void): Ticket {
  if (change.moved === undefined) return new Ticket(then);
  const from = "from" in change.moved ? change.moved.from : change.at;
  const to = "to" in change.moved ? change.moved.to : change.at;
  const key = `${from.parent}/${from.name}>${to.parent}/${to.name}`;
  const existing = halves.get(key);
  if (existing !== undefined) return existing;
  const ticket = new Ticket(then);
  halves.set(key, ticket);
  return ticket;
}
