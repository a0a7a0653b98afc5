/** The tree of files. */
import type { Page } from "playwright-core";
import { createTree, type Tree } from "./views.ts";

export interface Explorer extends Tree {
  /** Opens a file by its path below the folder, opening folders on the way. */
  open(path: string): Promise<void>;
  /** Gives a file in the root that is shown another name, by the keyboard. */
  rename(name: string, to: string): Promise<void>;
  /** Presses Delete on a file in the root; VS Code asks first. */
  remove(name: string): Promise<void>;
}

export function createExplorer(page: Page): Explorer {
  const tree = createTree(page.locator(".explorer-folders-view"), page);
  return {
    ...tree,
    async rename(name, to) {
      await tree.row(name).click();
      await page.keyboard.press("F2");
      const input = tree.pane.locator(".monaco-inputbox input");
      await input.fill(to);
      await input.press("Enter");
    },
    async remove(name) {
      await tree.row(name).click();
      await page.keyboard.press("Delete");
    },
    async open(path) {
      const names = path.split("/");
      for (const name of names.slice(0, -1)) {
        const folder = tree.row(name);
        await folder.waitFor();
        if ((await folder.getAttribute("aria-expanded")) !== "true") await folder.click();
      }
      await tree.row(names.at(-1) ?? "").dblclick();
    },
  };
}
