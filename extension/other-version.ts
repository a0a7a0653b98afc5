/** A helper that outlived an update of the extension may speak another version: it cannot be asked, but ended, and begun anew. */
import { once } from "node:events";
import { connect } from "node:net";
import { window } from "vscode";
import type { RegisteredSession } from "./helper-edge.ts";
import { resume, type WaysOnParts } from "./ways-on.ts";

const restart = "Restart and Go On";
const consequences = {
  host: "Guests have to join again, by the new invite.",
  guest: "The host has to let you in again.",
} as const;

/** As helper/rpc/client.ts rejects. */
export function isOtherVersion(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === "protocol";
}

/** Nothing ends before the user says so. */
export async function offerRestart(parts: WaysOnParts, found: RegisteredSession): Promise<void> {
  const text = `The session of this folder runs in a helper of another version of Pairmount, which this window cannot speak to. ${consequences[found.role]}`;
  const picked = await parts.notices.need(() => window.showWarningMessage(text, restart));
  if (picked !== restart) return;
  await end(found);
  await resume(parts, found);
}

/** A signal is understood by every version; its socket closes once the mount is gone. */
async function end({ pid, socket }: RegisteredSession): Promise<void> {
  const stream = connect(socket);
  const closed = once(stream, "close");
  await once(stream, "connect");
  process.kill(pid, "SIGTERM");
  await closed;
}
