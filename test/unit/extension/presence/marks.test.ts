import fc from "fast-check";
import { expect, it } from "vitest";
import { type Lines, marksIn, nearest } from "../../../../extension/presence/marks.ts";
import type { Person } from "../../../../extension/presence/people.ts";

const text = ["roses", "", "violets"];
const lines: Lines = { count: text.length, lengthOf: (line) => (text[line] as string).length };
const place = (line: number, character: number) => ({ line, character });
const person = (
  path: string | null,
  ...selections: readonly (readonly [number, number, number, number])[]
): Person => ({
  peer: 1,
  name: "ben",
  initials: "BE",
  colour: 2,
  file:
    path === null
      ? null
      : { path, selections: selections.map(([a, b, c, d]) => ({ anchor: place(a, b), active: place(c, d) })) },
  unsaved: [],
});

it("draws cursors, selections whichever way they were made, and the name behind the first cursor's line", () => {
  expect(marksIn([person("a", [0, 4, 0, 1], [2, 0, 2, 0])], "a", lines)).toEqual([
    {
      name: "ben",
      colour: 2,
      selected: [{ start: place(0, 1), end: place(0, 4) }],
      cursors: [place(0, 1), place(2, 0)],
      label: place(0, 5),
    },
  ]);
});

it("draws nothing of who is elsewhere, nowhere, or without a cursor", () => {
  expect(marksIn([person("b", [0, 0, 0, 0]), person(null), person("a")], "a", lines)).toEqual([]);
});

it("takes the nearest place that the text has, whatever the peer's text has", () => {
  const any = fc.nat({ max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(any, any, (line, character) => {
      const at = nearest({ line, character }, lines);
      expect(at.line).toBeLessThan(lines.count);
      expect(at.character).toBeLessThanOrEqual(lines.lengthOf(at.line));
      if (line < lines.count && character <= lines.lengthOf(line)) expect(at).toEqual({ line, character });
    }),
  );
  expect(nearest(place(9, 0), lines)).toEqual(place(2, 7));
  expect(marksIn([person("a", [8, 0, 9, 9])], "a", lines)[0]?.selected).toEqual([]);
});
