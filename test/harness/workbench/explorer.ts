/** The tree of files. */
import type { Page } from "playwright-core";
import { createTree, type Tree } from "./views.ts";

export interface Explorer extends Tree {
  /** Opens a file by its path below the folder, opening folders on the way. */
  open(path: string): Promise<void>;
}

export function createExplorer(page: Page): Explorer {
  const tree = createTree(page.locator(".explorer-folders-view"), page);
  return {
    ...tree,
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
