import { expect, it } from "vitest";
import { type Desk, presenceOf } from "../../../../extension/presence/shown.ts";
import { nothing } from "../../../../extension/state.ts";
import { aState } from "../samples.ts";

const model = { t: "attached", revision: 1, state: aState() } as const;
const file = (fsPath: string, scheme = "file") => ({ scheme, fsPath });
const cursor = { anchor: { line: 1, character: 2 }, active: { line: 1, character: 5, more: "of the editor's" } };
const desk = (more: Partial<Desk> = {}): Desk => ({
  focused: true,
  active: { uri: file("/work/app/src/a.ts"), selections: [cursor] },
  dirty: [file("/work/app/b")],
  ...more,
});
const plainly = { shares: true, follows: false };

it("tells of the file in front, its selections, and what is unsaved", () => {
  expect(presenceOf(model, desk(), plainly)).toEqual({
    focused: true,
    file: {
      path: "src/a.ts",
      selections: [{ anchor: { line: 1, character: 2 }, active: { line: 1, character: 5 } }],
    },
    unsaved: ["b"],
  });
});

it.each([
  ["outside the mount", file("/work/other/a")],
  ["in a folder that only begins alike", file("/work/app-2/a")],
  ["the mount itself", file("/work/app")],
  ["not a file at all", file("/work/app/a", "git")],
])("tells nothing of what is %s", (_what, uri) => {
  const told = presenceOf(model, desk({ active: { uri, selections: [cursor] }, dirty: [uri] }), plainly);
  expect(told).toEqual({ focused: true, file: null, unsaved: [] });
});

it("tells nothing where the user does not want it, and no file while somebody is followed, or without a session", () => {
  expect(presenceOf(model, desk(), { shares: false, follows: false })).toMatchObject({ file: null, unsaved: [] });
  expect(presenceOf(model, desk(), { shares: true, follows: true })).toMatchObject({ file: null, unsaved: ["b"] });
  expect(presenceOf(nothing, desk(), plainly)).toMatchObject({ file: null, unsaved: [] });
});

it("tells no more than the helper takes", () => {
  const many = desk({
    active: { uri: file("/work/app/a"), selections: Array.from({ length: 100 }, () => cursor) },
    dirty: Array.from({ length: 100 }, (_, i) => file(`/work/app/${i}`)),
  });
  const { file: told, unsaved } = presenceOf(model, many, plainly);
  expect([told?.selections.length, unsaved.length]).toEqual([16, 32]);
});
