/**
 * What one change still waits for: its echo comes when all its invalidations are written. While the kernel is slow a name or
 * file may change any number of times: changes of one kind at one place share a ticket until the first of its notifications
 * is handed over, and the echo shows the last of them. So what waits grows with what changed, not with how often.
 */
import { keyOfPlace, type EchoChange } from "./echo-change.ts";
import type { Invalidation } from "./invalidator.ts";
import type { Place } from "./workspace.ts";

export class Ticket {
  change: EchoChange;
  #open = 1;
  readonly #then: (change: EchoChange) => void;

  constructor(change: EchoChange, then: (change: EchoChange) => void) {
    this.change = change;
    this.#then = then;
  }

  take(): void {
    this.#open++;
  }

  give(): void {
    if (--this.#open === 0) this.#then(this.change);
  }
}

/** Tickets that take in later changes of their kind. */
export class OpenTickets {
  readonly #tickets = new Map<string, Ticket>();
  /** By the notification that closes them: keys of tickets. */
  readonly #closing = new Map<string, Set<string>>();

  find(change: EchoChange): Ticket | undefined {
    return this.#tickets.get(keyOf(change));
  }

  /** `closedBy`: one of the notifications it waits for. */
  open(ticket: Ticket, closedBy: Invalidation): void {
    const key = keyOf(ticket.change);
    this.#tickets.set(key, ticket);
    const closing = keyOfInvalidation(closedBy);
    const keys = this.#closing.get(closing);
    if (keys === undefined) this.#closing.set(closing, new Set([key]));
    else keys.add(key);
  }

  /** A notification is about to be handed over: what changes from now on is told by another. */
  close(what: Invalidation): void {
    const closing = keyOfInvalidation(what);
    for (const key of this.#closing.get(closing) ?? []) this.#tickets.delete(key);
    this.#closing.delete(closing);
  }
}

/** Both halves of a rename have the same. */
export function keyOfRename(from: Place, to: Place): string {
  return `rename ${keyOfPlace(from)} ${keyOfPlace(to)}`;
}

function keyOf(change: EchoChange): string {
  if (change.t !== "name") return `${change.t} ${change.node}`;
  const { at, before, after, moved } = change;
  if (moved !== undefined) return "from" in moved ? keyOfRename(moved.from, at) : keyOfRename(at, moved.to);
  const kind = before === undefined ? "create" : after === undefined ? "remove" : "replace";
  return `${kind} ${keyOfPlace(at)}`;
}

function keyOfInvalidation(what: Invalidation): string {
  return what.t === "entry" ? keyOfPlace({ parent: what.parent, name: what.name }) : String(what.node);
}
