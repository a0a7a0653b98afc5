/** Questions that stand before everything else. */
import type { Locator, Page } from "playwright-core";

export interface Dialog {
  readonly box: Locator;
  text(): Promise<string>;
  click(button: string | RegExp): Promise<void>;
}

export function createDialog(page: Page): Dialog {
  const box = page.locator(".monaco-dialog-box");
  return {
    box,
    text: async () => await box.innerText(),
    click: async (button) => await box.getByRole("button", { name: button }).click(),
  };
}
