/** Presence in a window: on a fake editor, attached to a session over a real socket. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { desk as editors } from "../../../harness/fake-editors.ts";
import { fake, TextEditorSelectionChangeKind, Uri } from "../../../harness/fake-vscode.ts";
import { ada, aPeer, aPresence, ben } from "../samples.ts";
import { createDesk, type Desk, type Helper, notice } from "../window.ts";

let desk: Desk;
let helper: Helper;
const fileOf = (path: string): Uri => Uri.file(join(helper.status.mount, path));
const place = (line: number, character: number) => ({ line, character });
beforeEach(async () => {
  desk = createDesk();
  helper = await desk.share({ peers: [ada, ben, aPeer("cleo", { peer: 2 })] });
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
});
afterEach(async () => await desk.end());

const nowhere = { file: null, unsaved: [] };
const toldLast = async (expected: object): Promise<void> =>
  await vi.waitFor(() => expect(helper.presented.at(-1)).toEqual(expected));

it("tells where it is: the last of many moves, and nothing twice", async () => {
  await toldLast(nowhere);
  editors.show(fileOf("a"), "one\ntwo");
  for (let i = 0; i < 500; i++) editors.select(place(0, 0), place(i % 2, i % 3));
  const moved = { path: "a", selections: [{ anchor: place(0, 0), active: place(1, 1) }] };
  await toldLast({ file: moved, unsaved: [] });
  expect(helper.presented.length).toBeLessThan(10);
  const before = helper.presented.length;
  editors.select(place(0, 0), place(1, 1));
  editors.type("typed");
  await toldLast({ file: moved, unsaved: ["a"] });
  await editors.save();
  await toldLast({ file: moved, unsaved: [] });
  expect(helper.presented.length).toBe(before + 2);
  editors.show(Uri.file("/elsewhere/secret"));
  await toldLast(nowhere);
});

it("is nowhere where its user does not want to be seen", async () => {
  editors.show(fileOf("a"));
  await toldLast({ file: { path: "a", selections: [] }, unsaved: [] });
  fake.settings.set("pairmount.presence", false);
  editors.events.configured.fire(undefined);
  await toldLast(nowhere);
});

it("draws the others where they are, clamped to this text, and nothing any more once they are elsewhere", async () => {
  const editor = editors.show(fileOf("a"), "one\ntwo");
  const other = editors.show(fileOf("b"), "x");
  helper.others([aPresence(1, "a", 1), aPresence(2, "b", 77)]);
  await vi.waitFor(() => expect(editors.drawn(editor)).toHaveLength(2));
  expect(editors.drawn(editor)).toMatchObject([
    [
      { before: { backgroundColor: { id: "pairmount.peer2" } } },
      [{ range: { start: place(1, 3) }, hoverMessage: { value: "ben" } }],
    ],
    [{ after: {} }, [{ range: { start: place(1, 3) }, renderOptions: { after: { contentText: "\u00a0ben\u00a0" } } }]],
  ]);
  expect(editors.drawn(other)).toMatchObject([
    [{ before: { backgroundColor: { id: "pairmount.peer3" } } }, [{ range: { start: place(0, 1) } }]],
    [{ after: {} }, [{ range: { start: place(0, 1) } }]],
  ]);
  editors.readAnew(`x\n${"y\n".repeat(100)}`);
  expect(editors.drawn(other)[0]).toMatchObject([{}, [{ range: { start: place(77, 1) } }]]);
  helper.status = { ...helper.status, peers: [ada, ben] };
  helper.others([aPresence(1, "b", 0)]);
  await vi.waitFor(() => expect(editors.drawn(editor)).toEqual([]));
  await vi.waitFor(() => expect(JSON.stringify(editors.drawn(other))).not.toContain("cleo"));
  await helper.crash();
  await vi.waitFor(() => expect(editors.drawn(other)).toEqual([]));
});

it("puts initials on files, and where they are into the Peers view", async () => {
  helper.others([aPresence(1, "src/a", 0, ["src/b"])]);
  await vi.waitFor(() => expect(editors.redrawn).toEqual([fileOf("src/a").fsPath, fileOf("src/b").fsPath]));
  expect(editors.badge(fileOf("src/a").fsPath)).toBe("BE: ben is here");
  expect(editors.badge(fileOf("src/b").fsPath)).toBe("BE: ben has unsaved changes here");
  expect(editors.badge("/src/a")).toBeUndefined();
  expect(fake.items("pairmount.peers").map(({ description }) => description)).toEqual(["you · host", "src/a", ""]);
  helper.others([aPresence(1, "src/a", 5, ["src/b"])]);
  helper.others([]);
  await vi.waitFor(() => expect(editors.badge(fileOf("src/a").fsPath)).toBeUndefined());
  expect(editors.redrawn).toHaveLength(4);
});

it("says once whose unsaved changes one types over", async () => {
  helper.others([aPresence(1, "b", 0, ["a"])]);
  await vi.waitFor(() => expect(editors.redrawn).toHaveLength(2));
  editors.show(fileOf("a"));
  editors.readAnew("by another program");
  expect(fake.shown).toEqual([]);
  for (const text of ["t", "ty", "typ"]) editors.type(text);
  const { kind } = await notice(/^ben has unsaved changes here \(a\)\.$/);
  expect(kind).toBe("warning");
  expect(fake.shown).toHaveLength(1);
});

it("follows whom it is told to, is nowhere meanwhile, and stops when its user moves", async () => {
  editors.show(fileOf("mine"), "text");
  helper.others([aPresence(1, "a", 0)]);
  await vi.waitFor(() => expect(editors.redrawn).not.toEqual([]));
  await fake.press("pairmount.follow", "pairmount.peers", "ben");
  expect(fake.statusItems.get("pairmount.following")).toMatchObject({
    text: "$(target) following ben",
    command: "pairmount.stopFollowing",
  });
  await toldLast(nowhere);
  helper.others([aPresence(1, "b", 0)]);
  await vi.waitFor(() => expect(editors.active?.document.uri).toEqual(fileOf("b")));
  editors.readAnew("1\n2\n3\n4");
  editors.select(place(0, 0), place(0, 0), TextEditorSelectionChangeKind.Command);
  helper.others([aPresence(1, "b", 2)]);
  await vi.waitFor(() => expect(editors.active?.revealed.at(-1)).toMatchObject({ line: 2 }));
  editors.select(place(0, 0), place(1, 0), TextEditorSelectionChangeKind.Mouse);
  expect(fake.statusItems.has("pairmount.following")).toBe(false);
  expect(fake.executed).toContainEqual(["setContext", "pairmount.following", false]);
  helper.others([aPresence(1, "c", 0)]);
  await vi.waitFor(() => expect(editors.badge(fileOf("c").fsPath)).toBe("BE: ben is here"));
  expect(editors.active?.document.uri).toEqual(fileOf("b"));
});

it("stops following by the same button, by its command, and when the other leaves", async () => {
  const follow = async (): Promise<void> => await fake.press("pairmount.follow", "pairmount.peers", "ben");
  const isFollowing = (): boolean => fake.statusItems.has("pairmount.following");
  await follow();
  expect(isFollowing()).toBe(true);
  await follow();
  expect(isFollowing()).toBe(false);
  await follow();
  await fake.commands.get("pairmount.stopFollowing")?.();
  expect(isFollowing()).toBe(false);
  await fake.commands.get("pairmount.follow")?.();
  expect(fake.statusItems.get("pairmount.following")?.text).toBe("$(target) following ben");
  helper.status = { ...helper.status, peers: [ada, { ...ben, state: "gone" }] };
  await vi.waitFor(() => expect(isFollowing()).toBe(false));
  await follow();
  await notice(/not here now/);
  await fake.commands.get("pairmount.follow")?.();
  await notice(/Nobody else is here/);
});
