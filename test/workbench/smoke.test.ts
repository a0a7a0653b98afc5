/** The harness itself: every part that later tests rely on, with an extension of a few lines. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, vi } from "vitest";
import { describeInWorkbench } from "../harness/workbench/programs.ts";
import type { Window } from "../harness/workbench/window.ts";
import { useWorkbenches } from "../harness/workbench/workbenches.ts";
import { writeFixtureExtension } from "./fixture-extension.ts";

describeInWorkbench("a workbench with an extension", () => {
  const workbenches = useWorkbenches();
  let folder: string;
  let ada: Window;

  beforeAll(async () => {
    folder = workbenches.folder("project");
    writeFileSync(join(folder, "notes.txt"), "first line\n  second line\n");
    const extension = writeFixtureExtension(workbenches.folder("fixture"));
    const workbench = await workbenches.start({
      home: workbenches.folder("ada"),
      trust: "everything",
      extensions: [extension],
    });
    ada = await workbenches.open(workbench, folder);
  });

  it("shows its status item", async () => {
    await ada.statusBar.item("fixture ready").waitFor();
    await ada.statusBar.itemWithId("fixture.status").waitFor();
  });

  it("runs a command by its title, and a notification's button answers it", async () => {
    await ada.run("Fixture: Greet");
    await ada.statusBar.item("greeted 1").waitFor();
    await ada.notifications.one("Hello from the fixture").waitFor();
    expect(await ada.notifications.texts()).toContain("Hello from the fixture");
    await ada.notifications.click("Hello from the fixture", "Enough");
    await ada.statusBar.item("answered Enough").waitFor();
  });

  it("shows a tree with labels, descriptions and levels, and what questions add to it", async () => {
    await ada.views.open("Fixture");
    const fruits = ada.views.tree("Fruits");
    await fruits.row("stalk").waitFor();
    expect(await fruits.read()).toEqual([
      { label: "apple", description: "5 letters", level: 1 },
      { label: "pear", description: "4 letters", level: 1 },
      { label: "stalk", description: "5 letters", level: 2 },
    ]);
    await ada.run("Fixture: Pick a Fruit");
    await ada.quickInput.choose("plum");
    await ada.quickInput.answer("fig");
    await fruits.row("fig").waitFor();
    await fruits.row("plum").waitFor();
    await ada.screenshot("smoke-tree");
  });

  it("presses a row's button and answers the question before everything else", async () => {
    const fruits = ada.views.tree("Fruits");
    await fruits.press("fig", "Eat");
    expect(await ada.dialog.text()).toContain("Eat the fig?");
    await ada.dialog.click("Eat It");
    await fruits.row("fig").waitFor({ state: "hidden" });
  });

  it("finds the button of an empty view, and the tree of a container with one view", async () => {
    await ada.views.tree("Nothing").pane.getByRole("button", { name: "Say Hello" }).click();
    await ada.statusBar.item("greeted 2").waitFor();
    await ada.notifications.click("Hello from the fixture", "Again");
    await ada.views.open("Alone");
    await ada.views.tree("Only One").row("apple").waitFor();
    await ada.screenshot("smoke-alone");
  });

  it("opens, edits and saves a file", async () => {
    await ada.views.open("Explorer");
    await ada.explorer.open("notes.txt");
    expect(await ada.editor.text("notes.txt")).toBe("first line\n  second line\n");
    await ada.editor.replace("notes.txt", "written in the editor\n\n  indented\n");
    await ada.editor.save("notes.txt");
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("written in the editor\n\n  indented\n");
  });

  it("shows in an open editor and in the explorer what changes on disk", async () => {
    writeFileSync(join(folder, "notes.txt"), "written on disk\n");
    writeFileSync(join(folder, "other.txt"), "");
    await vi.waitFor(async () => expect(await ada.editor.text("notes.txt")).toBe("written on disk\n"), 20_000);
    await ada.explorer.row("other.txt").waitFor();
    await ada.screenshot("smoke-editor");
  });

  it("comes back after a reload", async () => {
    await ada.reload();
    await ada.statusBar.item("fixture ready").waitFor();
  });
});
