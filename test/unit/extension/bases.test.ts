/** Saves in a window that is attached to a session: what nobody here has seen is kept before it is overwritten. */
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
  file = join(helper.status.mount, "a.txt");
  writeFileSync(file, "one\n");
});
afterEach(async () => await desk.end());

async function openWindow(): Promise<void> {
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
}
async function openFile(): Promise<void> {
  await openWindow();
  editors.show(Uri.file(file), readFileSync(file, "utf8"));
  await refusedSave();
}
/** It waits, as each save, until it is known what the file held. */
async function refusedSave(): Promise<void> {
  const write = (): never => {
    throw new Error("the file is newer");
  };
  await expect(editors.save(write)).rejects.toThrow("newer");
}
const save = async (): Promise<void> => await editors.save((text) => writeFileSync(file, text));
const typeAndSave = async (text: string): Promise<void> => {
  editors.type(text);
  await save();
};
const keeps = (text: string) => ["keep", { path: "a.txt", bytes: Buffer.from(text).toString("base64") }];

it("keeps nothing where the file holds what its user saw", async () => {
  await openFile();
  await typeAndSave("two\n");
  await typeAndSave("three\n");
  expect(helper.asked).toEqual([]);
});

it("keeps another's change of the same size, once", async () => {
  await openFile();
  editors.type("two\n");
  writeFileSync(file, "ONE\n");
  await refusedSave();
  await save();
  expect(helper.asked).toEqual([keeps("ONE\n")]);
});

it("keeps what another wrote right after a save, before its user types on", async () => {
  await openFile();
  editors.type("two\n");
  await editors.save((text) => {
    writeFileSync(file, text);
    writeFileSync(file, "TWO\n");
  });
  await typeAndSave("three\n");
  expect(helper.asked).toEqual([keeps("TWO\n")]);
});

it("does not take its user's own save for another's, however soon its user types on", async () => {
  await openFile();
  await typeAndSave("two\n");
  await typeAndSave("three\n");
  expect(helper.asked).toEqual([]);
});

it("does not take for seen what is typed while the document is still said to be clean", async () => {
  await openFile();
  editors.readAnew("typed\n");
  await typeAndSave("typed on\n");
  expect(helper.asked).toEqual([]);
});

it("knows after a reload what unsaved changes were made on", async () => {
  await openFile();
  editors.type("two\n");
  await vi.waitFor(() => expect(desk.stored.get("pairmount.bases")).toContain('"hash"'));
  writeFileSync(file, "ONE\n");
  await openWindow();
  editors.restore(Uri.file(file), "two\n");
  await save();
  expect(helper.asked).toEqual([keeps("ONE\n")]);
  await vi.waitFor(() => expect(desk.stored.get("pairmount.bases")).toBe("[]"));
});

it("takes for seen what the file holds when a document is met that was restored with unsaved changes", async () => {
  await openWindow();
  editors.show(Uri.file(file), "unsaved\n");
  editors.type("unsaved, too\n");
  await editors.save();
  expect(helper.asked).toEqual([]);
  writeFileSync(file, "ONE\n");
  await typeAndSave("unsaved again\n");
  expect(helper.asked).toEqual([keeps("ONE\n")]);
});
