/** While a folder is shared: what git ignores is looked at anew after what may have changed it, one time at a time. */
import { isDeepStrictEqual } from "node:util";
import type { Disposable } from "../base/disposable.ts";
import type { Timers } from "../base/ports.ts";
import type { Decided, HostReplica } from "../replica/api.ts";
import { type FileName, mustFileName } from "../base/name.ts";
import { dotGit } from "../replica/git-place.ts";
import type { Op, Place } from "../replica/op.ts";
import { nothingApartData, type PathRulesData } from "../replica/path-rules-data.ts";
import type { RulesCollector } from "./collect-rules.ts";
import { gitIgnore, viewEntries } from "./rules-sources.ts";

/** A checkout changes many files at once. Milliseconds. */
const settleMs = 1000;
const indexLock = mustFileName("index.lock");

export interface RulesWatch extends Disposable {
  /** After each operation. */
  decided(decided: Decided): void;
  /** What guests are to be told, once `begun`. */
  readonly current: PathRulesData;
  readonly begun: Promise<void>;
  dispose(): void;
}

export function createRulesWatch(parts: {
  readonly view: Pick<HostReplica, "list" | "node" | "placeOf" | "isIndex" | "gitDirOf" | "locks">;
  readonly collector: Pick<RulesCollector, "collect">;
  /** Does not reject. */
  readonly first: Promise<PathRulesData>;
  readonly timers: Timers;
  /** `current` is another now. */
  readonly changed: (rules: PathRulesData) => void;
}): RulesWatch {
  const { view, collector, timers } = parts;
  let current = nothingApartData;
  let due: { cancel(): void } | undefined;
  let looking = true;
  let again = false;
  let over = false;

  const begun = parts.first.then((found) => {
    current = found;
    looking = false;
    if (again) later();
  });

  function later(): void {
    if (looking) again = true;
    else if (!over) due ??= timers.after(settleMs, () => void look());
  }

  async function look(): Promise<void> {
    due = undefined;
    // In the middle of a checkout a .gitignore may be missing that is there in the end.
    if (view.locks().some(({ path }) => path.at(-1) === indexLock)) return later();
    looking = true;
    again = false;
    const found = await collector.collect(() => viewEntries(view));
    looking = false;
    if (over) return;
    if (!isDeepStrictEqual(found, current)) {
      current = found;
      parts.changed(found);
    }
    if (again) later();
  }

  function concerns(op: Op): boolean {
    switch (op.t) {
      case "write":
      case "append":
      case "truncate": {
        const at = view.placeOf(op.node);
        return at !== undefined && (isSource(at.name) || isExclude(at));
      }
      case "rename":
        // A directory takes what is in it along.
        return (
          isSource(op.from.name) ||
          isSource(op.to.name) ||
          isExclude(op.to) ||
          view.isIndex(op.node) ||
          view.node(op.node)?.kind === "dir"
        );
      case "setattr":
      case "seed":
        return false;
      default:
        return isSource(op.at.name) || isExclude(op.at);
    }
  }

  function isExclude({ parent, name }: Place): boolean {
    return name === "exclude" && view.gitDirOf(parent) !== undefined;
  }

  return {
    decided({ ordered }) {
      if (ordered?.t === "applied" && concerns(ordered.op)) later();
    },
    begun,
    get current() {
      return current;
    },
    dispose() {
      over = true;
      due?.cancel();
    },
  };
}

function isSource(name: FileName): boolean {
  return name === gitIgnore || name === dotGit;
}
