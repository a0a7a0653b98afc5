/** The line at the bottom. */
import type { Locator, Page } from "playwright-core";
import { exactly } from "./text.ts";

export interface StatusBar {
  /** By what it shows, icons not counted. */
  item(text: string | RegExp): Locator;
  /** By the id given to `createStatusBarItem`. */
  itemWithId(id: string): Locator;
}

export function createStatusBar(page: Page): StatusBar {
  const items = page.locator(".statusbar-item");
  return {
    item: (text) => items.filter({ hasText: exactly(text) }),
    itemWithId: (id) => page.locator(`.statusbar-item[id$=".${id}"]`),
  };
}
