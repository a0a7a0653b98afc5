/** The workbenches of one `describe`: traced, ended after it. What failed leaves a trace and a picture. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, afterEach, type TestContext } from "vitest";
import { cacheFolder } from "../place.ts";
import { createWorkbenches, type Workbenches } from "./opened.ts";

/** Call it once in the body of `describe`. */
export function useWorkbenches(): Workbenches {
  const contexts: BrowserContext[] = [];
  const nameOf = (context: BrowserContext): string => `window-${contexts.indexOf(context) + 1}`;
  const workbenches = createWorkbenches({
    async onWindow(context) {
      await context.tracing.start({ screenshots: true, snapshots: true });
      await context.tracing.startChunk();
      contexts.push(context);
    },
    onFailure: async (context) => await keepEvidence(nameOf(context), context, "opening"),
  });
  afterEach(async (test) => {
    await Promise.all(contexts.map(async (context) => await closeChapter(nameOf(context), context, test)));
  });
  afterAll(workbenches.close);
  return workbenches;
}

/** Each test has its own part of the trace, kept if the test failed. */
async function closeChapter(name: string, context: BrowserContext, { task }: TestContext): Promise<void> {
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
