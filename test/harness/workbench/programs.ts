/** What `scripts/workbench-setup.mjs` installed, as the global setup found it. */
import { describe, inject } from "vitest";

export interface Programs {
  readonly node: string;
  /** A script for `node`. */
  readonly codeServer: string;
  readonly chromium: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    workbenchPrograms: Programs | { readonly missing: string };
  }
}

export function mustPrograms(): Programs {
  const found = inject("workbenchPrograms");
  if ("missing" in found) throw new Error(found.missing);
  return found;
}

/** Like `describe`; skipped, with the reason in its title, where no workbench can be had. */
export function describeInWorkbench(title: string, body: () => void): void {
  const found = inject("workbenchPrograms");
  const missing = "missing" in found;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${found.missing})` : title, body);
}
