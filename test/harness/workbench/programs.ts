/** What `scripts/workbench-setup.mjs` installed, as the global setup found it and hands it to the tests. */
import { describe, inject } from "vitest";
import { usePrograms, type Found } from "./installed.ts";

declare module "vitest" {
  export interface ProvidedContext {
    workbenchPrograms: Found;
  }
}

/** Like `describe`; skipped, with the reason in its title, where no workbench can be had. */
export function describeInWorkbench(title: string, body: () => void): void {
  const found = inject("workbenchPrograms");
  const missing = "missing" in found;
  if (!missing) usePrograms(found);
  describe.skipIf(missing)(missing ? `${title} (skipped: ${found.missing})` : title, body);
}
