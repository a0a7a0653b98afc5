/** A guest's operations: told ones are done at once; asked ones when decided, and the kernel knows of everything before. */
import { errno } from "../base/errno.ts";
import { type Answer, fail, ok, type Result } from "../base/result.ts";
import type { LocalOp, Performed } from "../replica/api.ts";
import type { Place } from "../replica/op.ts";
import type { Barrier } from "./barrier.ts";
import type { GuestBasis } from "./guest-basis.ts";

export interface Performing {
  /** Answers with `value` once the operation is done; EROFS where this guest may only read. */
  readonly perform: <T>(op: LocalOp, value: T) => Answer<T>;
  /** The rest of it for what the replica has performed already. */
  readonly finish: <T>(performed: Performed, value: T) => Answer<T>;
}

export interface PerformingParts extends Pick<GuestBasis, "replica" | "waiters" | "clock" | "readOnly" | "send"> {
  readonly barrier: Barrier;
  readonly wantRange: () => void;
  /** Before a name is given; what it returns is called when it was. */
  readonly naming: (at: Place) => (() => void) | undefined;
}

export function createPerforming(parts: PerformingParts): Performing {
  const { replica, waiters, barrier } = parts;

  function perform<T>(op: LocalOp, value: T): Answer<T> {
    if (parts.readOnly()) return fail(errno.EROFS);
    const at = nameGivenBy(op);
    const named = at && parts.naming(at);
    const performed = replica.perform(op);
    const answer = finish(performed, value, op);
    if (performed.t === "done") named?.();
    return answer;
  }

  function finish<T>(performed: Performed, value: T, op?: LocalOp): Answer<T> {
    parts.send(performed.send);
    if (replica.needsRange) parts.wantRange();
    switch (performed.t) {
      case "done":
        return ok(value);
      case "failed":
        return fail(performed.errno);
      case "asked":
        return waiters
          .decided(performed.id, () => undo(op))
          .then((result) => (result.ok ? barrier.after(ok(value), () => late(op, value)) : result));
    }
  }

  /** Granted, but the kernel may still hold what was true before: the asker must not go by it. What is done otherwise stays done. */
  function late<T>(op: LocalOp | undefined, value: T): Result<T> {
    if (op?.t !== "create" && op?.t !== "mkdir") return ok(value);
    undo(op);
    return fail(errno.EIO);
  }

  /** A lock, or the directory git uses as one, that was granted after its asker was told EIO belongs to nobody: it goes. */
  function undo(op: LocalOp | undefined): void {
    if ((op?.t !== "create" && op?.t !== "mkdir") || replica.lookup(op.at) !== op.node) return;
    const t = op.t === "create" ? "unlink" : "rmdir";
    parts.send(replica.perform({ t, at: op.at, time: parts.clock.now() }).send);
  }

  return { perform, finish: (performed, value) => finish(performed, value) };
}

function nameGivenBy(op: LocalOp): Place | undefined {
  if (op.t === "rename") return op.to;
  return "at" in op && op.t !== "unlink" && op.t !== "rmdir" ? op.at : undefined;
}
