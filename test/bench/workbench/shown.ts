/**
 * When something is shown in a window. The page watches itself and answers once, over the connection that drives it: what a
 * sample costs is that answer's way, not a poll. All clocks are this process's.
 */
import type { Page } from "playwright-core";

export interface Wanted {
  /** Elements to look at. */
  readonly selector: string;
  /** One of them contains it. */
  readonly text: string;
}

/** Milliseconds; a sample that takes longer fails the figure. */
const patience = 120_000;

/**
 * From the moment that `act` resolves with (of performance.now) until the page shows it, in milliseconds; 0 where it did
 * before. Rejects, saying what was not shown.
 */
export async function untilShown(page: Page, wanted: Wanted, act: () => Promise<number>): Promise<number> {
  const shown = watch(page, wanted);
  // `act` may fail first: then nobody waits for this.
  shown.catch(() => undefined);
  const from = await act();
  return Math.max(0, (await shown) - from);
}

async function watch(page: Page, wanted: Wanted): Promise<number> {
  const seen = await page.evaluate(watchHere, { ...wanted, patience });
  if (!seen) throw new Error(`"${wanted.text}" was not shown in ${wanted.selector} within ${patience} ms`);
  return performance.now();
}

/** As much of the DOM as is used here: this compiles without its types. */
interface PageGlobals {
  readonly document: {
    readonly body: unknown;
    querySelectorAll(selector: string): Iterable<{ readonly textContent: string }>;
  };
  readonly MutationObserver: new (
    changed: () => void,
  ) => {
    observe(target: unknown, what: Readonly<Record<string, boolean>>): void;
    disconnect(): void;
  };
}

/** Runs in the page. The editor's spaces are non-breaking ones. */
async function watchHere(wanted: Wanted & { readonly patience: number }): Promise<boolean> {
  const { document, MutationObserver } = globalThis as unknown as PageGlobals;
  const isShown = (): boolean =>
    Array.from(document.querySelectorAll(wanted.selector)).some(({ textContent }) =>
      textContent.replaceAll("\u00a0", " ").includes(wanted.text),
    );
  return await new Promise((resolve) => {
    const settle = (seen: boolean): void => {
      observer.disconnect();
      clearTimeout(timer);
      resolve(seen);
    };
    const observer = new MutationObserver(() => {
      if (isShown()) settle(true);
    });
    const timer = setTimeout(() => settle(false), wanted.patience);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
    if (isShown()) settle(true);
  });
}
