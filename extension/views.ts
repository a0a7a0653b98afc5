/** The four trees, drawn from the session's state. */
import {
  Disposable,
  EventEmitter,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from "vscode";
import type { ViewId } from "./command-ids.ts";
import type { PeerPresence, SessionState } from "./helper-edge.ts";
import { commitRows, peerRows, recoveredRows, type Row, syncRows } from "./rows.ts";
import type { Session } from "./session.ts";

const rowsOf: { readonly [V in ViewId]: (state: SessionState, presences: readonly PeerPresence[]) => readonly Row[] } =
  {
    "pairmount.peers": peerRows,
    "pairmount.commits": (state) => commitRows(state, Date.now() / 1000),
    "pairmount.sync": syncRows,
    "pairmount.recovered": recoveredRows,
  };

export function createViews(session: Session): readonly Disposable[] {
  return (Object.keys(rowsOf) as ViewId[]).map((id) => createTree(id, session));
}

function createTree(id: ViewId, session: Session): Disposable {
  const changed = new EventEmitter<void>();
  const provider: TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => {
      const { model } = session;
      return row !== undefined || model.t !== "attached" ? [] : [...rowsOf[id](model.state, session.presences)];
    },
    getTreeItem: itemOf,
  };
  const view = window.createTreeView(id, { treeDataProvider: provider });
  let drawn = "";
  const draw = (): void => {
    const { model } = session;
    // Drawn anew only where something shows that did not before.
    const rows = model.t === "attached" ? rowsOf[id](model.state, session.presences) : [];
    const now = JSON.stringify(rows);
    if (now === drawn) return;
    drawn = now;
    changed.fire();
    if (id === "pairmount.peers") {
      const waiting = rows.filter(({ context }) => context === "join").length;
      view.badge = waiting === 0 ? undefined : { value: waiting, tooltip: `${waiting} asking to join` };
    }
  };
  const listening = Disposable.from(session.onChanged(draw), session.onMoved(draw));
  // Ages grow by themselves.
  const timer = setInterval(draw, 60_000);
  return {
    dispose() {
      clearInterval(timer);
      listening.dispose();
      view.dispose();
      changed.dispose();
    },
  };
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
