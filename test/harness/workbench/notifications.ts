/** What VS Code says at the lower right, as a toast or in the notification centre. */
import type { Locator, Page } from "playwright-core";
import { plainSpaces } from "./text.ts";

export interface Notifications {
  readonly all: Locator;
  /** One whose text contains, or matches, this. Toasts without buttons leave after some seconds: look at once. */
  one(text: string | RegExp): Locator;
  texts(): Promise<readonly string[]>;
  click(text: string | RegExp, button: string): Promise<void>;
  /** Unanswered. */
  close(text: string | RegExp): Promise<void>;
}

export function createNotifications(page: Page): Notifications {
  const all = page.locator(".notification-list-item");
  const message = ".notification-list-item-message";
  const one = (text: string | RegExp): Locator => all.filter({ has: page.locator(message, { hasText: text }) });
  return {
    all,
    one,
    async texts() {
      return (await all.locator(message).allTextContents()).map(plainSpaces);
    },
    async click(text, button) {
      await one(text).first().getByRole("button", { name: button, exact: true }).click();
    },
    async close(text) {
      const item = one(text).first();
      await item.hover();
      await item.locator(".codicon-notifications-clear").click();
    },
  };
}
