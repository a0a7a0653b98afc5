/** Workspace trust, as the user gives it: by the editor that VS Code has for it. */
import type { Page } from "playwright-core";
import type { QuickInput } from "./quick-input.ts";

export async function trustFolder(page: Page, quickInput: QuickInput): Promise<void> {
  await quickInput.run("Workspaces: Manage Workspace Trust");
  const editor = page.locator(".workspace-trust-editor");
  await editor.getByRole("button", { name: "Trust", exact: true }).click();
  await page.locator('.statusbar-item[id="status.workspaceTrust"]').waitFor({ state: "hidden" });
  // By the pointer: the focus went with the button.
  await page
    .locator(".monaco-modal-editor-block")
    .getByRole("button", { name: /^Close/ })
    .first()
    .click();
  await editor.waitFor({ state: "hidden" });
}
