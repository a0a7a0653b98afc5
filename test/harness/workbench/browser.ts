/** One Chromium for all workbenches of a test; each window is a browser context of its own, logged in. */
import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { createMark, markName } from "./processes.ts";
import { mustPrograms } from "./installed.ts";
import type { Workbench } from "./server.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a locator waits for at most: two workbenches and a browser on two busy cores are slow. */
const patienceMs = 60_000;

/** `traces` is a folder for what is traced and not yet kept; it is the caller's to remove. */
export async function launchBrowser(traces: string): Promise<Browser> {
  const env = { ...process.env, [markName]: createMark() };
  return await chromium.launch({
    executablePath: mustPrograms().chromium,
    args: flags,
    env,
    tracesDir: traces,
  });
}

export async function logIn(browser: Browser, workbench: Workbench): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: workbench.url, viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(patienceMs);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await context.request.post("/login", { form: { password: workbench.password, base: ".", href: "" } });
  const cookies = await context.cookies();
  if (cookies.length === 0) throw new Error(`${workbench.url} refused its own password: ${workbench.log}`);
  return context;
}
