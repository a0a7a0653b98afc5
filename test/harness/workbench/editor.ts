/** The editor in front. */
import type { Locator, Page } from "playwright-core";
import { plainSpaces, type PageElement } from "./text.ts";

export interface Editor {
  /** The editor of the file whose path ends with this. */
  of(file: string): Locator;
  tab(file: string): Locator;
  /** What is drawn, at this moment: tabs are spaces. Throws if the file is longer than its editor. */
  text(file: string): Promise<string>;
  /** The text itself, however long, by selecting and copying all of it. The clipboard is the same for all windows. */
  copy(file: string): Promise<string>;
  /** Replaces everything in it. */
  replace(file: string, text: string): Promise<void>;
  /** Types where the cursor is, key by key: completion may offer itself. */
  type(file: string, text: string): Promise<void>;
  /** Saves the editor in front and waits until its tab shows it as saved. */
  save(file: string): Promise<void>;
}

export function createEditor(page: Page): Editor {
  const group = page.locator(".part.editor .editor-group-container.active");
  const of = (file: string): Locator => group.locator(`.editor-instance .monaco-editor[data-uri$="/${file}"]`);
  const tab = (file: string): Locator => group.locator(`.tab[data-resource-name="${file.split("/").at(-1)}"]`);
  const focus = async (file: string): Promise<void> => {
    await of(file).locator(".view-lines").click();
  };
  return {
    of,
    tab,
    text: async (file) => await readText(of(file)),
    async copy(file) {
      await focus(file);
      await page.keyboard.press("Control+A");
      await page.keyboard.press("Control+C");
      return await page.evaluate<string>("navigator.clipboard.readText()");
    },
    async replace(file, text) {
      await focus(file);
      await page.keyboard.press("Control+A");
      // Inserted as by an input method, at once.
      await page.keyboard.insertText(text);
    },
    async type(file, text) {
      await focus(file);
      await page.keyboard.type(text);
    },
    async save(file) {
      await focus(file);
      await page.keyboard.press("Control+S");
      await tab(file).and(page.locator(":not(.dirty)")).waitFor();
    },
  };
}

async function readText(editor: Locator): Promise<string> {
  await editor.waitFor();
  if ((await heightOf(editor.locator(".view-lines"))) > (await heightOf(editor))) {
    throw new Error("the file is longer than its editor: use copy");
  }
  const lines = await editor.locator(".view-lines .view-line").evaluateAll(readLines);
  return plainSpaces(lines.join("\n"));
}

async function heightOf(part: Locator): Promise<number> {
  return Number.parseFloat(/(?:^|;\s*)height:\s*([\d.]+)px/.exec((await part.getAttribute("style")) ?? "")?.[1] ?? "0");
}

/** Runs in the page. Lines stand there in the order in which they were drawn, each with its height above the first. */
function readLines(lines: readonly PageElement[]): string[] {
  return lines
    .map((line) => ({
      top: Number.parseFloat(/top:\s*(-?[\d.]+)px/.exec(line.getAttribute("style") ?? "")?.[1] ?? "0"),
      text: line.textContent,
    }))
    .sort((a, b) => a.top - b.top)
    .map(({ text }) => text);
}
