/** The Source Control view: what changed, and the commit. */
import type { Locator, Page } from "playwright-core";

export interface SourceControl {
  open(): Promise<void>;
  /** Rows of changed files. */
  readonly changes: Locator;
  change(name: string): Locator;
  /** Types the message and presses the commit key; what is not staged is committed as Git's settings say. */
  commit(message: string): Promise<void>;
}

export function createSourceControl(page: Page): SourceControl {
  const view = page.locator(".scm-view:not(.scm-history-view)");
  const changes = view.locator(".monaco-list-row:has(.resource)");
  const input = view.locator(".scm-editor");
  return {
    changes,
    change: (name) => changes.filter({ has: page.locator(".label-name", { hasText: name }) }),
    async open() {
      await page.keyboard.press("Control+Shift+G");
      await view.waitFor();
    },
    async commit(message) {
      await input.first().click();
      await page.keyboard.press("Control+A");
      await page.keyboard.insertText(message);
      await page.keyboard.press("Control+Enter");
    },
  };
}
