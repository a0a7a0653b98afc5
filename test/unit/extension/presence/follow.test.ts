import { expect, it } from "vitest";
import { type Following, type FollowInput, next, off } from "../../../../extension/presence/follow.ts";
import type { Person } from "../../../../extension/presence/people.ts";

const at = (path: string | null, line = 0, name = "ben"): Person => {
  const active = { line, character: 2 };
  return {
    peer: name.length,
    name,
    initials: "BE",
    colour: 1,
    file: path === null ? null : { path, selections: [{ anchor: active, active }] },
    unsaved: [],
  };
};
const after = (...inputs: readonly FollowInput[]): Following => inputs.reduce(next, off);
const follow = (person: Person): FollowInput => ({ t: "follow", person });
const people = (...list: readonly Person[]): FollowInput => ({ t: "people", people: list });
const where = (following: Following) => (following.t === "off" ? "off" : (following.at ?? "waits"));

it("goes where the other is, at once and as they move; nobody else moves it", () => {
  expect(where(after(follow(at("a", 3))))).toEqual({ path: "a", line: 3, character: 2 });
  const moved = after(follow(at("a")), people(at("c", 1, "cleo"), at("b", 7)));
  expect(where(moved)).toEqual({ path: "b", line: 7, character: 2 });
  expect(next(moved, people(at("c", 9, "cleo"), at("b", 7)))).toBe(moved);
});

it("waits for who has no file in front, and stays where they were last", () => {
  expect(where(after(follow(at(null))))).toBe("waits");
  expect(where(after(follow(at(null)), people(at("a", 1))))).toMatchObject({ path: "a" });
  expect(where(after(follow(at("a", 1)), people(at(null))))).toMatchObject({ path: "a" });
});

it.each<[string, FollowInput]>([
  ["one types or moves the cursor", { t: "touched" }],
  ["one goes to another file", { t: "went", path: "b" }],
  ["one goes to a file outside", { t: "went", path: undefined }],
  ["it is told to", { t: "stop" }],
  ["the other has left", people(at("c", 1, "cleo"))],
])("ends when %s", (_when, input) => {
  expect(after(follow(at("a")), input)).toBe(off);
  expect(next(off, input)).toBe(off);
});

it("does not end by the file that it brings to the front itself", () => {
  const following = after(follow(at("a")));
  expect(next(following, { t: "went", path: "a" })).toBe(following);
});
