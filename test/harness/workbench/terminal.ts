/** The integrated terminal. What it shows is drawn, not text: let a command write a file, and read that. */
import type { Locator, Page } from "playwright-core";
import type { QuickInput } from "./quick-input.ts";

export interface Terminal {
  readonly panel: Locator;
  /** Types a line into a new terminal. */
  run(line: string): Promise<void>;
}

export function createTerminal(page: Page, quickInput: QuickInput): Terminal {
  const panel = page.locator(".terminal-wrapper.active");
  return {
    panel,
    async run(line) {
      await quickInput.run("Terminal: Create New Terminal");
      await panel.locator(".xterm.focus").waitFor();
      await page.keyboard.type(line);
      await page.keyboard.press("Enter");
    },
  };
}
