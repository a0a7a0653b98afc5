import { type Disposable, StatusBarAlignment, ThemeColor, window } from "vscode";
import type { Session } from "./session.ts";
import { statusWords } from "./status-words.ts";

/** One item, on the left; a click opens what can be done now. */
export function createStatusItem(session: Session): Disposable {
  const item = window.createStatusBarItem("pairmount.status", StatusBarAlignment.Left, 90);
  item.name = "Pairmount";
  item.command = "pairmount.menu";
  const draw = (): void => {
    const { text, tooltip, attention } = statusWords(session.model);
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = attention ? new ThemeColor("statusBarItem.warningBackground") : undefined;
  };
  draw();
  item.show();
  const listening = session.onChanged(draw);
  return {
    dispose() {
      listening.dispose();
      item.dispose();
    },
  };
}
