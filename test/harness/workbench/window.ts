/** One window of a workbench, by its parts. Locators wait by themselves; ask for what should be there. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { cacheFolder } from "../place.ts";
import { createDialog, type Dialog } from "./dialog.ts";
import { createEditor, type Editor } from "./editor.ts";
import { createExplorer, type Explorer } from "./explorer.ts";
import { createNotifications, type Notifications } from "./notifications.ts";
import { createQuickInput, type QuickInput } from "./quick-input.ts";
import { createSourceControl, type SourceControl } from "./source-control.ts";
import { createStatusBar, type StatusBar } from "./status-bar.ts";
import { createTerminal, type Terminal } from "./terminal.ts";
import { trustFolder } from "./trust.ts";
import { createViews, type Views } from "./views.ts";

export interface Window {
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly statusBar: StatusBar;
  readonly notifications: Notifications;
  readonly views: Views;
  readonly explorer: Explorer;
  readonly editor: Editor;
  readonly sourceControl: SourceControl;
  readonly terminal: Terminal;
  readonly dialog: Dialog;
  /** Runs a command by its title in the palette. */
  run(title: string): Promise<void>;
  /** Ends Restricted Mode for the folder that is open. */
  trustFolder(): Promise<void>;
  /** Opens another folder in this window. */
  go(folder: string): Promise<void>;
  /** As the browser's reload does: a new window, a new extension host. */
  reload(): Promise<void>;
  /** Writes `.cache/screenshots/NAME.png`; returns its path. */
  screenshot(name: string): Promise<string>;
}

const openMs = 60_000;

export async function openWindow(context: BrowserContext, folder: string): Promise<Window> {
  const page = await context.newPage();
  const go = async (folder: string): Promise<void> => {
    await page.goto(`/?folder=${encodeURIComponent(folder)}`);
    await ready(page);
  };
  await go(folder);
  const quickInput = createQuickInput(page);
  return {
    page,
    quickInput,
    statusBar: createStatusBar(page),
    notifications: createNotifications(page),
    views: createViews(page),
    explorer: createExplorer(page),
    editor: createEditor(page),
    sourceControl: createSourceControl(page),
    terminal: createTerminal(page, quickInput),
    dialog: createDialog(page),
    run: async (title) => await quickInput.run(title),
    trustFolder: async () => await trustFolder(page, quickInput),
    go,
    async reload() {
      await page.reload();
      await ready(page);
    },
    async screenshot(name) {
      const path = join(cacheFolder, "screenshots", `${name}.png`);
      mkdirSync(join(cacheFolder, "screenshots"), { recursive: true });
      await page.screenshot({ path });
      return path;
    },
  };
}

/** The workbench is drawn and connected to its server. */
async function ready(page: Page): Promise<void> {
  await page.locator(".monaco-workbench").waitFor({ timeout: openMs });
  await page.locator('.statusbar-item[id="status.host"]').waitFor({ timeout: openMs });
}
