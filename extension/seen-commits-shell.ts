/** The commits that are new to this window's user, remembered in the workspace. */
import { type Disposable, type Event, EventEmitter, type ExtensionContext, type TreeView, window } from "vscode";
import type { SessionCommit } from "./helper-edge.ts";
import { beginSeen, isMarked, nextSeen, type SeenInput, seenFromJson, seenToJson } from "./seen-commits.ts";
import type { Session } from "./session.ts";

const key = "pairmount.seenCommits";

export interface NewCommits extends Disposable {
  readonly onChanged: Event<void>;
  /** Not yet seen. */
  readonly count: number;
  isNew(hash: string): boolean;
  opened(hash: string): void;
  /** Whether this view is being looked at counts from now on. */
  follow(view: Pick<TreeView<unknown>, "visible" | "onDidChangeVisibility">): Disposable;
}

export function createNewCommits(
  { workspaceState }: Pick<ExtensionContext, "workspaceState">,
  session: Session,
): NewCommits {
  const changed = new EventEmitter<void>();
  let state = beginSeen(seenFromJson(workspaceState.get<string>(key, "")));

  function take(input: SeenInput): void {
    const before = state;
    state = nextSeen(state, input);
    if (state.seen !== before.seen) void workspaceState.update(key, seenToJson(state.seen));
    if (state !== before) changed.fire();
  }

  let known: readonly SessionCommit[] = [];
  const listening = session.onChanged((model) => {
    const commits = model.t === "attached" ? model.state.commits : [];
    if (commits === known || commits.length + known.length === 0) return;
    known = commits;
    take({ t: "commits", commits });
  });
  return {
    onChanged: changed.event,
    get count() {
      return state.unseen.length;
    },
    isNew: (hash) => isMarked(state, hash),
    opened: (hash) => take({ t: "opened", hash }),
    follow(view) {
      const look = (): void => take({ t: "look", looking: view.visible && window.state.focused });
      const both = [view.onDidChangeVisibility(look), window.onDidChangeWindowState(look)];
      look();
      return {
        dispose() {
          for (const each of both) each.dispose();
        },
      };
    },
    dispose() {
      listening.dispose();
      changed.dispose();
    },
  };
}
