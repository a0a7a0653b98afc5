/** Which workspace is which, and where is kept what lost a race in it, and what is a guest's own. */
import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";
import type { Identity } from "../peer/identity.ts";
import { safeName, stateFolder } from "./places.ts";

/** The same for the same folder shared with the same key, 32 hex digits. It says nothing of the path to who has not the key. */
export function workspaceId({ key }: Pick<Identity, "key">, realPath: string): string {
  return createHmac("sha256", key).update(`pairmount workspace\0${realPath}`).digest("hex").slice(0, 32);
}

/** One for each shared workspace and side of it: `recovered/app-5e0c3f…`. A guest knows the id of no host's but by its word, so the host's key counts, too. */
export function recoveryFolder(
  of: {
    readonly role: "host" | "guest";
    readonly repository: string;
    readonly workspace: string;
    readonly hostKey: string;
  },
  env: NodeJS.ProcessEnv = process.env,
): string {
  const identity = createHash("sha256").update(`${of.role}\0${of.hostKey}\0${of.workspace}`).digest("hex");
  return join(stateFolder(env), "recovered", `${safeName(of.repository).slice(0, 40)}-${identity.slice(0, 24)}`);
}

/** One for each place a guest has a workspace at: `own/app-5e0c3f…` (R-OWN). */
export function ownFolder(
  of: { readonly repository: string; readonly workspace: string; readonly hostKey: string; readonly mount: string },
  env: NodeJS.ProcessEnv = process.env,
): string {
  const identity = createHash("sha256").update(`${of.hostKey}\0${of.workspace}\0${of.mount}`).digest("hex");
  return join(stateFolder(env), "own", `${safeName(of.repository).slice(0, 40)}-${identity.slice(0, 24)}`);
}
