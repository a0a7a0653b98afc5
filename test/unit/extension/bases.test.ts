/** Saves over what was not seen: on a fake editor, attached to a session over a real socket. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { desk as editors } from "../../harness/fake-editors.ts";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { createDesk, type Desk, type Helper } from "./window.ts";

let desk: Desk;
let helper: Helper;
let file: string;
beforeEach(async () => {
  desk = createDesk();
  helper = await desk.share();
  file = join(helper.status.mount, "a");
  writeFileSync(file, "base");
  await open();
});
afterEach(async () => await desk.end());

async function open(): Promise<void> {
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
}
/** With unsaved changes, whose base is remembered. */
async function typed(): Promise<void> {
  editors.show(Uri.file(file), "base");
  editors.type("mine");
  await vi.waitFor(() => expect(desk.stored.get("pairmount.bases")).toContain('"base":'));
}
const keeps = (text: string): unknown => ["keep", { path: "a", bytes: Buffer.from(text).toString("base64") }];

it("keeps what the file holds where that was not seen, once", async () => {
  await typed();
  await editors.beforeSave();
  expect(helper.asked).toEqual([]);
  writeFileSync(file, "hers");
  await editors.beforeSave();
  await editors.beforeSave();
  expect(helper.asked).toEqual([keeps("hers")]);
});

it("knows after a reload what unsaved changes were made on", async () => {
  await typed();
  writeFileSync(file, "hers");
  await open();
  editors.show(Uri.file(file), "mine").document.isDirty = true;
  await editors.beforeSave();
  expect(helper.asked).toEqual([keeps("hers")]);
});

it("forgets that when they are saved", async () => {
  await typed();
  writeFileSync(file, "mine");
  editors.save();
  await vi.waitFor(() => expect(desk.stored.get("pairmount.bases")).toBe("[]"));
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect(helper.asked).toEqual([]);
});
