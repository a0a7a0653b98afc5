import { expect, it } from "vitest";
import { peopleOf } from "../../../../extension/presence/people.ts";
import { stillUnsaved, typedIn, unsavedWords } from "../../../../extension/presence/unsaved.ts";
import { ada, aPeer, aPresence, aState, ben } from "../samples.ts";

const people = (...unsaved: readonly (readonly string[])[]) => {
  const peers = [ada, ben, aPeer("cleo", { peer: 2 })];
  return peopleOf(
    { t: "attached", revision: 1, state: aState({ peers }) },
    unsaved.map((paths, i) => aPresence(i + 1, "x", 0, paths)),
  );
};

it("names who has not saved the file one types in, each once, until they have saved it", () => {
  const first = typedIn("a", people(["a", "b"]), new Set());
  expect(unsavedWords(first.news, "a")).toBe("ben has unsaved changes here (a).");
  expect(typedIn("a", people(["a"]), first.told).news).toEqual([]);
  expect(typedIn("c", people(["a"]), first.told).news).toEqual([]);
  const second = typedIn("a", people(["a"], ["a"]), first.told);
  expect(second.news.map(({ name }) => name)).toEqual(["cleo"]);
  expect(unsavedWords(typedIn("a", people(["a"], ["a"]), new Set()).news, "a")).toBe(
    "ben, cleo have unsaved changes here (a).",
  );
  const saved = stillUnsaved(people([], ["a"]), second.told);
  expect(typedIn("a", people(["a"], ["a"]), saved).news.map(({ name }) => name)).toEqual(["ben"]);
});
