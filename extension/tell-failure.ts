import { type LogOutputChannel, window } from "vscode";
import { plain } from "./plain-text.ts";

/** What the user asked for and did not get is told, and logged. */
export async function tellFailure(log: LogOutputChannel, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    void window.showErrorMessage(plain(error instanceof Error ? error.message : String(error)));
  }
}
