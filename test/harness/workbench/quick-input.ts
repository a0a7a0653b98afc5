/** The box at the top: command palette, pickers, questions for text. */
import type { Locator, Page } from "playwright-core";
import { exactly } from "./text.ts";

export interface QuickInput {
  /** The widget; wait for it to see that something asks. */
  readonly widget: Locator;
  readonly input: Locator;
  readonly rows: Locator;
  row(label: string | RegExp): Locator;
  /** Types an answer and accepts it. */
  answer(text: string): Promise<void>;
  /** Picks the row with this label. */
  choose(label: string | RegExp): Promise<void>;
  /** Where a folder is asked for, which is there: `button` takes it. */
  chooseFolder(path: string, button: string): Promise<void>;
  cancel(): Promise<void>;
  /** Runs the command with exactly this title, category included: `Pairmount: Share Workspace`. */
  run(title: string): Promise<void>;
}

const attempts = 12;
const attemptMs = 5_000;

export function createQuickInput(page: Page): QuickInput {
  const widget = page.locator(".quick-input-widget");
  const input = widget.locator(".quick-input-box input");
  const rows = widget.locator(".quick-input-list .monaco-list-row");
  const row = (label: string | RegExp): Locator =>
    rows.filter({ has: page.locator(".label-name", { hasText: exactly(label) }) });

  const cancel = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await widget.waitFor({ state: "hidden" });
  };

  /** False if the palette did not open, or knows no such command: its extension may not have been read yet. */
  const tryRun = async (title: string): Promise<boolean> => {
    await page.keyboard.press("F1");
    if (!(await appears(input))) return false;
    await input.fill(`>${title}`);
    const command = row(title).first();
    if (await appears(command)) {
      await command.click();
      return true;
    }
    await cancel();
    return false;
  };

  return {
    widget,
    input,
    rows,
    row,
    cancel,
    async answer(text) {
      await input.fill(text);
      await input.press("Enter");
    },
    async choose(label) {
      await row(label).first().click();
    },
    async chooseFolder(path, button) {
      const take = widget.getByRole("button", { name: button, exact: true });
      // Until it has listed the folder it begins with, the dialog puts that one's path in the place of what is typed.
      await row("..").waitFor();
      await input.fill(`${path}/`);
      await take.click();
      await widget.waitFor({ state: "hidden" });
    },
    async run(title) {
      for (let i = 0; i < attempts; i += 1) if (await tryRun(title)) return;
      throw new Error(`the palette has no command ${title}`);
    },
  };
}

async function appears(locator: Locator): Promise<boolean> {
  try {
    await locator.waitFor({ timeout: attemptMs });
    return true;
  } catch {
    return false;
  }
}
