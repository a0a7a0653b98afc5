import type { Window } from "../../harness/workbench/window.ts";

/** What was said in an earlier round is not taken for this one's. */
export async function clearNotifications({ quickInput, notifications }: Window): Promise<void> {
  await quickInput.run("Notifications: Clear All Notifications");
  await notifications.all.first().waitFor({ state: "hidden" });
}
