/** Whoever waits in the lobby is a question to the host, once for each window; a stale click is told so. */
import { type Disposable, type LogOutputChannel, window } from "vscode";
import type { Access, PendingJoin } from "./helper-edge.ts";
import type { Session } from "./session.ts";
import { tellFailure } from "./tell-failure.ts";

const buttons = ["Accept", "Accept Read-Only", "Decline"] as const;

export function askAboutJoins(session: Session, log: LogOutputChannel): Disposable {
  const asked = new Set<number>();
  return session.onChanged((model) => {
    if (model.t !== "attached") return;
    for (const join of model.state.joins.filter(({ id }) => !asked.has(id))) {
      asked.add(join.id);
      void tellFailure(log, async () => await ask(session, join));
    }
  });
}

async function ask(session: Session, { id, name, fingerprint, wants }: PendingJoin): Promise<void> {
  const what = wants === "read-only" ? "asks to read along" : "asks to join";
  const picked = await window.showInformationMessage(`${name} ${what}. Fingerprint ${fingerprint}`, ...buttons);
  if (picked === undefined) return;
  const access = picked === "Accept Read-Only" || wants === "read-only" ? "read-only" : "read-write";
  await decide(session, { id, name, accept: picked !== "Decline", access });
}

export async function decide(
  session: Session,
  answer: { readonly id: number; readonly name: string; readonly accept: boolean; readonly access: Access },
): Promise<void> {
  const { id, accept, access, name } = answer;
  const { settled } = await session.request("decide", { id, accept, access });
  if (!settled) await window.showInformationMessage(`${name} does not wait any more: answered elsewhere, or gone.`);
}
