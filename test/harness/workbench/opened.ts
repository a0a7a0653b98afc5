/** Workbenches and their windows in one browser: begun on demand, ended together, in reverse. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser, logIn } from "./browser.ts";
import { startWorkbench, type Workbench, type WorkbenchOptions } from "./server.ts";
import { openWindow, type Window } from "./window.ts";

export interface Workbenches {
  /** A folder in /tmp that lasts as long as the workbenches. */
  folder(name: string): string;
  start(options: WorkbenchOptions): Promise<Workbench>;
  open(workbench: Workbench, folder: string): Promise<Window>;
  /** Called when these end, before what was begun earlier ends. */
  owns(end: () => Promise<unknown>): void;
}

export interface OwnedWorkbenches extends Workbenches {
  close(): Promise<void>;
}

/** `onWindow` is called with each new window's context before its page is opened; `onFailure` where that then fails. */
export function createWorkbenches(watch?: {
  readonly onWindow: (context: BrowserContext) => Promise<void>;
  readonly onFailure: (context: BrowserContext) => Promise<void>;
}): OwnedWorkbenches {
  const ends: (() => Promise<unknown>)[] = [];
  let launched: Promise<Browser> | undefined;
  let temporary: string | undefined;

  const folder = (name: string): string => {
    temporary ??= mkdtempSync(join(tmpdir(), "pm-bench-"));
    const path = join(temporary, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const browser = async (): Promise<Browser> => {
    if (launched === undefined) {
      launched = launchBrowser(folder("traces"));
      ends.push(async () => await (await launched)?.close());
    }
    return await launched;
  };

  return {
    folder,
    owns: (end) => void ends.push(end),
    async start(options) {
      const workbench = await startWorkbench(options);
      ends.push(async () => await workbench.dispose());
      return workbench;
    },
    async open(workbench, folder) {
      const context = await logIn(await browser(), workbench);
      await watch?.onWindow(context);
      try {
        return await openWindow(context, folder);
      } catch (error) {
        await watch?.onFailure(context);
        throw error;
      }
    },
    async close() {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
}
