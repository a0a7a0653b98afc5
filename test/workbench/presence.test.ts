/** Seeing each other: a host and a guest, each in a workbench of their own. */
import type { Locator } from "playwright-core";
import { expect, vi } from "vitest";
import { attached, describePair, soon } from "../harness/workbench/pair.ts";
import { leaveAll } from "../harness/workbench/peers.ts";
import { type Drawn, readDrawn } from "../harness/workbench/style.ts";
import type { Window } from "../harness/workbench/window.ts";

/** Dark, as `pairmount.peer1` (the host) and `pairmount.peer2` (the first guest) are by default. */
const colours = { ada: "rgb(79, 179, 255)", ben: "rgb(255, 179, 71)" } as const;

const isHere = (name: keyof typeof colours): readonly Drawn[] => [
  { text: "", colour: colours[name] },
  { text: name, colour: colours[name] },
];

/** The others' cursors, which have no text, and the names behind their lines. */
const drawnIn = async (window: Window, file: string): Promise<readonly Drawn[]> =>
  await readDrawn(window.editor.of(file).locator('.view-line span[class*="TextEditorDecorationType"]'));
const badgeOf = async (row: Locator): Promise<string | undefined> =>
  (await readDrawn(row.locator(".monaco-icon-label"), "::after"))[0]?.text;
const goes = async (window: Window, file: string, ...keys: readonly string[]): Promise<void> => {
  await window.editor.of(file).locator(".view-lines").click();
  for (const key of keys) await window.page.keyboard.press(key);
};

const begin = attached({
  settings: { "workbench.colorTheme": "Default Dark Modern" },
  files: {
    "src/long.txt": Array.from({ length: 200 }, (_, i) => `line ${i + 1}`).join("\n"),
    "src/poem.txt": "roses are red\nviolets are blue\nsugar is sweet\n",
  },
});

describePair("two people in one workspace", begin, (it) => {
  it("shows one's cursor, selection and name in the other's open editor, and initials on the file", async ({
    ada,
    ben,
  }) => {
    await Promise.all([ada, ben].map(async (window) => await window.explorer.open("src/poem.txt")));
    await goes(ben, "poem.txt", "Control+Home", "ArrowDown", "Shift+End");
    await vi.waitFor(async () => expect(await drawnIn(ada, "poem.txt")).toEqual(isHere("ben")), soon);
    await ada.editor.of("poem.txt").locator('.view-overlays .cdr[class*="TextEditorDecorationType"]').waitFor();
    await vi.waitFor(async () => expect(await badgeOf(ada.explorer.row("poem.txt"))).toBe("BE"), soon);
    expect(await badgeOf(ada.editor.tab("poem.txt"))).toBe("BE");
    expect(await drawnIn(ben, "poem.txt")).toEqual(isHere("ada"));
    await ada.screenshot("presence-1-cursor");
    await ben.explorer.open("src/long.txt");
    await vi.waitFor(async () => expect(await badgeOf(ada.explorer.row("long.txt"))).toBe("BE"), soon);
    await vi.waitFor(async () => expect(await drawnIn(ada, "poem.txt")).toEqual([]), soon);
    expect(await badgeOf(ada.explorer.row("poem.txt"))).toBeUndefined();
  });

  it("says so, once, where one begins to type in a file that the other has not saved", async ({ ada, ben }) => {
    await ben.explorer.open("src/poem.txt");
    await goes(ben, "poem.txt", "Control+End");
    await ben.page.keyboard.insertText("and so are you");
    await ada.views.open("Pairmount");
    await vi.waitFor(async () => {
      const rows = await ada.views.tree("Peers").read();
      expect(rows.map(({ label, description }) => [label, description])).toEqual([
        ["ada", "you · host"],
        ["ben", "src/poem.txt"],
      ]);
    }, soon);
    await ada.views.tree("Peers").row("ben").hover();
    await ada.screenshot("presence-2-peers");
    await goes(ada, "poem.txt", "Control+Home");
    await ada.page.keyboard.insertText("my ");
    await ada.notifications.one("ben has unsaved changes here (src/poem.txt).").waitFor();
    await ada.screenshot("presence-3-unsaved");
    await ada.page.keyboard.insertText("own ");
    expect((await ada.notifications.texts()).filter((text) => text.includes("unsaved changes"))).toHaveLength(1);
    for (const window of [ada, ben]) await window.run("File: Revert File");
  });

  it("follows: the other's file and cursor are shown as they move, until one clicks", async ({ ada, ben }) => {
    await ada.views.open("Pairmount");
    await ada.views.tree("Peers").press("ben", "Follow");
    await ada.statusBar.item(/following ben/).waitFor();
    await ben.explorer.open("src/long.txt");
    await goes(ben, "long.txt", "Control+End");
    await ada.editor
      .of("long.txt")
      .locator(".view-line", { hasText: /^line.200$/ })
      .waitFor();
    await vi.waitFor(async () => expect(await drawnIn(ada, "long.txt")).toEqual(isHere("ben")), soon);
    await ada.screenshot("presence-4-following");
    await ada.editor
      .of("long.txt")
      .locator(".view-line", { hasText: /^line.195$/ })
      .click();
    await ada.statusBar.item(/following ben/).waitFor({ state: "detached" });
    await goes(ben, "long.txt", "Control+Home");
    await vi.waitFor(async () => expect(await drawnIn(ada, "long.txt")).toEqual([]), soon);
    expect(
      await ada.editor
        .of("long.txt")
        .locator(".view-line", { hasText: /^line.1$/ })
        .count(),
    ).toBe(0);
  });

  it("shows nothing any more of who has left", async ({ guest, ada }) => {
    await ada.run("Pairmount: Follow");
    await ada.editor
      .of("long.txt")
      .locator(".view-line", { hasText: /^line.1$/ })
      .waitFor();
    await vi.waitFor(async () => expect(await drawnIn(ada, "long.txt")).toHaveLength(2), soon);
    leaveAll(guest.workbench);
    await vi.waitFor(async () => expect(await drawnIn(ada, "long.txt")).toEqual([]), soon);
    await ada.statusBar.item(/following ben/).waitFor({ state: "detached" });
    await ada.views.open("Explorer");
    expect(await badgeOf(ada.explorer.row("long.txt"))).toBeUndefined();
  });
});
