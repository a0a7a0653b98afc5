import { expect, it } from "vitest";
import { badgeOf, colours, initialsOf, peopleOf } from "../../../../extension/presence/people.ts";
import { nothing } from "../../../../extension/state.ts";
import { ada, aPeer, aPresence, ben, aState } from "../samples.ts";

const attached = (peers = [ada, ben]) => ({ t: "attached", revision: 1, state: aState({ peers }) }) as const;

it.each([
  ["ada", "AD"],
  ["Ada Byron", "AB"],
  ["ada.king-byron", "AK"],
  ["ß", "SS"],
  ["李小龙", "李小"],
  ["𝒶da", "𝒶D"],
  ["x", "X"],
  [" ", "?"],
  ["", "?"],
])("the initials of %j are %s", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it("knows everybody else who is here, also who says nothing of where; each keeps a colour", () => {
  const gone = aPeer("dora", { peer: 9, state: "gone" });
  const people = peopleOf(attached([ada, ben, aPeer("cleo", { peer: 8 }), gone]), [
    aPresence(1, "a"),
    aPresence(9, "b"),
    aPresence(77, "c"),
  ]);
  expect(people.map(({ name, file, colour }) => [name, file?.path, colour])).toEqual([
    ["ben", "a", 2],
    ["cleo", undefined, 3],
  ]);
  expect(Math.max(...people.map(({ colour }) => colour))).toBeLessThanOrEqual(colours);
  expect(peopleOf(nothing, [aPresence(1, "a")])).toEqual([]);
});

it("marks a file with who is in it; of several with how many", () => {
  const cleo = aPeer("cleo", { peer: 2 });
  const people = peopleOf(attached([ada, ben, cleo]), [aPresence(1, "a", 0, ["b"]), aPresence(2, "b")]);
  expect(badgeOf(people, "a")).toEqual({ text: "BE", tooltip: "ben is here" });
  expect(badgeOf(people, "b")).toEqual({ text: "2", tooltip: "ben has unsaved changes here, cleo is here" });
  expect(badgeOf(people, "c")).toBeUndefined();
});
