/** The four trees, drawn from the session's state. */
import {
  type Disposable,
  EventEmitter,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from "vscode";
import type { ViewId } from "./command-ids.ts";
import type { PeerPresence, SessionState } from "./helper-edge.ts";
import { commitRows, peerRows, recoveredRows, type Row } from "./rows.ts";
import type { NewCommits } from "./seen-commits-shell.ts";
import type { Session } from "./session.ts";
import { syncRows } from "./sync-rows.ts";

type RowsOf = (state: SessionState, presences: readonly PeerPresence[]) => readonly Row[];

export function createViews(session: Session, commits: NewCommits): readonly Disposable[] {
  const rowsOf: { readonly [V in ViewId]: RowsOf } = {
    "pairmount.peers": peerRows,
    "pairmount.commits": (state) => commitRows(state, Date.now() / 1000, (hash) => commits.isNew(hash)),
    "pairmount.sync": syncRows,
    "pairmount.recovered": recoveredRows,
  };
  return (Object.keys(rowsOf) as ViewId[]).map((id) => createTree({ id, session, commits, rowsOf: rowsOf[id] }));
}

function createTree({
  id,
  session,
  commits,
  rowsOf,
}: {
  readonly id: ViewId;
  readonly session: Session;
  readonly commits: NewCommits;
  readonly rowsOf: RowsOf;
}): Disposable {
  const changed = new EventEmitter<void>();
  const provider: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => {
      const { model } = session;
      return row !== undefined || model.t !== "attached" ? [] : [...rowsOf(model.state, session.presences)];
    },
    getTreeItem: itemOf,
  };
  const view = window.createTreeView(id, { treeDataProvider: provider });
  let drawn = "";
  const draw = (): void => {
    const { model } = session;
    // Drawn anew only where something shows that did not before.
    const rows = model.t === "attached" ? rowsOf(model.state, session.presences) : [];
    view.badge = badgeOf(id, rows, commits);
    const now = JSON.stringify(rows);
    if (now === drawn) return;
    drawn = now;
    changed.fire();
  };
  const listening = [
    session.onChanged(draw),
    session.onMoved(draw),
    ...(id === "pairmount.commits" ? [commits.onChanged(draw), commits.follow(view)] : []),
  ];
  // Ages grow by themselves.
  const timer = setInterval(draw, 60_000);
  return {
    dispose() {
      clearInterval(timer);
      for (const each of listening) each.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}

function badgeOf(id: ViewId, rows: readonly Row[], commits: NewCommits): TreeView<Row>["badge"] {
  const waiting = id === "pairmount.peers" ? rows.filter(({ context }) => context === "join").length : 0;
  if (waiting > 0) return { value: waiting, tooltip: `${waiting} asking to join` };
  const unseen = id === "pairmount.commits" ? commits.count : 0;
  return unseen > 0 ? { value: unseen, tooltip: `${unseen} new ${unseen === 1 ? "commit" : "commits"}` } : undefined;
}

function itemOf(row: Row): TreeItem {
  const item = new TreeItem(row.label, TreeItemCollapsibleState.None);
  item.id = row.id;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.iconPath = new ThemeIcon(row.icon);
  item.contextValue = row.context;
  if (row.command !== undefined) item.command = { command: row.command, title: row.label, arguments: [row] };
  return item;
}
