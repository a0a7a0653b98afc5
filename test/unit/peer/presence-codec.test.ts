import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "../../../helper/peer/codec/bytes.ts";
import * as presences from "../../../helper/peer/codec/presence.ts";
import type { PeerId } from "../../../helper/replica/ids.ts";
import { body, damage, value } from "./frames.ts";
import { aPresence, presence } from "./samples.ts";

test("where somebody is comes out as it went in, from a guest and of any peer", () => {
  fc.assert(
    fc.property(presence, (told) => {
      expect(value(parse(body(presences.encodePresent(told)), presences.readPresent))).toEqual(told);
      const relayed = value(parse(body(presences.encodePresence(7 as PeerId, told)), presences.readPeerPresence));
      expect(relayed).toEqual({ peer: 7, presence: told });
    }),
  );
});

test.each([
  ["/etc/passwd", "no path"],
  ["../secret", "no path"],
  ["src/../../secret", "no path"],
  ["src//a", "no path"],
  ["a\0", "no path"],
  ["", "no path"],
  ["x/".repeat(600) + "y", "text too long"],
])("the path %j is refused at the edge, in front and unsaved", (path, why) => {
  for (const told of [
    { file: { path: [path], selections: [] }, unsaved: [] },
    { file: null, unsaved: [[path]] },
  ])
    expect(parse(body(presences.encodePresent(told as never)), presences.readPresent)).toEqual({ ok: false, why });
});

test("of selections and unsaved files no more is taken than the page allows", () => {
  const { file } = aPresence("a");
  const many = { file: { path: file?.path ?? [], selections: Array(17).fill(file?.selections[0]) }, unsaved: [] };
  const unsaved = { file: null, unsaved: Array(33).fill(file?.path) };
  for (const told of [many, unsaved] as presences.Presence[])
    expect(parse(body(presences.encodePresent(told)), presences.readPresent)).toEqual({
      ok: false,
      why: "list too long",
    });
});

test("a presence with any byte changed or cut off is an answer, never an exception", () => {
  fc.assert(
    fc.property(presence, damage(2000), (told, harmed) => {
      const damaged = harmed(presences.encodePresence(7 as PeerId, told));
      for (const read of [presences.readPresent, presences.readPeerPresence])
        expect(typeof parse<unknown>(damaged, read).ok).toBe("boolean");
    }),
    { numRuns: 500 },
  );
});
