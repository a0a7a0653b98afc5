/** The workbenches of one `describe`: begun on demand, traced, ended after it. What failed leaves a trace and a picture. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, type TestContext } from "vitest";
import { cacheFolder } from "../place.ts";
import { launchBrowser, logIn } from "./browser.ts";
import { startWorkbench, type Workbench, type WorkbenchOptions } from "./server.ts";
import { openWindow, type Window } from "./window.ts";

export interface Workbenches {
  /** A folder in /tmp that lasts as long as the `describe`. */
  folder(name: string): string;
  start(options: WorkbenchOptions): Promise<Workbench>;
  open(workbench: Workbench, folder: string): Promise<Window>;
}

/** Call it once in the body of `describe`. */
export function useWorkbenches(): Workbenches {
  const ends: (() => Promise<unknown>)[] = [];
  const contexts: { readonly name: string; readonly context: BrowserContext }[] = [];
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

  afterEach(async (test) => {
    await Promise.all(contexts.map(async (each) => await closeChapter(each, test)));
  });
  afterAll(async () => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  });

  return {
    folder,
    async start(options) {
      const workbench = await startWorkbench(options);
      ends.push(async () => await workbench.dispose());
      return workbench;
    },
    async open(workbench, folder) {
      const context = await logIn(await browser(), workbench);
      await context.tracing.start({ screenshots: true, snapshots: true });
      await context.tracing.startChunk();
      const name = `window-${contexts.length + 1}`;
      contexts.push({ name, context });
      try {
        return await openWindow(context, folder);
      } catch (error) {
        await keepEvidence(name, context, "opening");
        throw error;
      }
    },
  };
}

/** Each test has its own part of the trace, kept if the test failed. */
async function closeChapter(
  { name, context }: { readonly name: string; readonly context: BrowserContext },
  { task }: TestContext,
): Promise<void> {
  if (task.result?.state === "fail") {
    await keepEvidence(name, context, task.name);
  } else {
    await context.tracing.stopChunk();
    await context.tracing.startChunk();
  }
}

async function keepEvidence(window: string, context: BrowserContext, title: string): Promise<void> {
  const base = join(cacheFolder, "failures", `${title.replaceAll(/\W+/g, "-").slice(0, 80)}-${window}`);
  mkdirSync(join(cacheFolder, "failures"), { recursive: true });
  await context.pages()[0]?.screenshot({ path: `${base}.png` });
  await context.tracing.stopChunk({ path: `${base}.trace.zip` });
  await context.tracing.startChunk();
  process.stderr.write(`kept: ${base}.png and .trace.zip (npx playwright-core show-trace FILE)\n`);
}
