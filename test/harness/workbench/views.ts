/** View containers and the trees in them. */
import type { Locator, Page } from "playwright-core";
import { exactly, type PageElement } from "./text.ts";

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 at the root. */
  readonly level: number;
}

export interface Tree {
  /** The view with its header; what it says when it is empty is in it, buttons included. */
  readonly pane: Locator;
  readonly rows: Locator;
  row(label: string | RegExp): Locator;
  /** Presses a button that the row shows under the pointer. */
  press(label: string | RegExp, button: string): Promise<void>;
  /** Chooses from the row's context menu. */
  choose(label: string | RegExp, entry: string): Promise<void>;
  /** What is shown now, top to bottom. */
  read(): Promise<readonly TreeRow[]>;
}

export interface Views {
  /** Shows a view container by the title of its icon in the activity bar. */
  open(container: string): Promise<void>;
  /** The tree view with this title in the container that is shown. */
  tree(title: string): Tree;
}

export function createViews(page: Page): Views {
  const sideBar = page.locator(".part.sidebar");
  return {
    async open(container) {
      const icon = page.locator(`.part.activitybar .action-item:has(.action-label[aria-label^="${container}"])`);
      await icon.first().waitFor();
      if ((await icon.first().getAttribute("aria-expanded")) !== "true") await icon.first().click();
      await sideBar.locator(".composite.title").waitFor();
    },
    tree(title) {
      const pane = sideBar.locator(".pane", { has: page.locator(`.pane-header[aria-label^="${title}"]`) });
      return createTree(pane, page);
    },
  };
}

export function createTree(pane: Locator, page: Page): Tree {
  const rows = pane.locator(".monaco-list-row");
  const row = (label: string | RegExp): Locator =>
    rows.filter({ has: page.locator(".label-name", { hasText: exactly(label) }) });
  return {
    pane,
    rows,
    row,
    async press(label, button) {
      await row(label).hover();
      await row(label).getByRole("button", { name: button, exact: true }).click();
    },
    async choose(label, entry) {
      await row(label).click({ button: "right" });
      const item = page.getByRole("menuitem", { name: entry, exact: true });
      await item.waitFor();
      // A menu hears no button for its first 100 ms (VS Code, base/browser/ui/menu/menu.ts): until it closes it has not heard this one.
      while (await item.isVisible()) {
        await item.click({ timeout: 2000 }).catch(() => undefined);
        await item.waitFor({ state: "hidden", timeout: 1000 }).catch(() => undefined);
      }
    },
    read: async () => await rows.evaluateAll(readRows),
  };
}

/** Runs in the page, at one moment: rows come and go between two looks. */
function readRows(rows: readonly PageElement[]): TreeRow[] {
  return rows.map((row) => {
    const text = (selector: string): string =>
      Array.from(row.querySelectorAll(selector), ({ textContent }) => textContent).join("");
    return {
      label: text(".label-name"),
      description: text(".label-description"),
      level: Number(row.getAttribute("aria-level")),
    };
  });
}
