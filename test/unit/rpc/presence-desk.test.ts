import { expect, it } from "vitest";
import type { PeerPresence, Presence } from "../../../helper/api.ts";
import { createPresenceDesk } from "../../../helper/rpc/presence-desk.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

const at = (path: string): NonNullable<Presence["file"]> => ({ path, selections: [] });

function desk() {
  const timers = fakeTimers();
  const presented: Presence[] = [];
  const sent: { readonly client: string; readonly peers: readonly PeerPresence[]; readonly leave: () => void }[] = [];
  let others: readonly PeerPresence[] = [];
  const created = createPresenceDesk<string>({
    timers,
    others: () => others,
    present: (presence) => void presented.push(presence),
    send: (client, peers) => new Promise<void>((leave) => sent.push({ client, peers, leave })),
  });
  return {
    ...created,
    timers,
    presented,
    sent,
    others(path: string | undefined) {
      others = path === undefined ? [] : [{ peer: 1, file: at(path), unsaved: [] }];
      created.moved();
    },
    async reads() {
      for (const { leave } of sent) leave();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
const saw = ({ sent }: ReturnType<typeof desk>) => sent.map(({ client, peers }) => [client, peers[0]?.file?.path]);

it("shows of several windows the file of the one that had the focus last, and what is unsaved in any", () => {
  const { present, remove, presented } = desk();
  present("one", { focused: true, file: at("a"), unsaved: ["a"] });
  present("two", { focused: false, file: at("b"), unsaved: ["b", "a"] });
  present("two", { focused: true, file: at("b"), unsaved: ["b"] });
  present("one", { focused: false, file: at("c"), unsaved: [] });
  remove("two");
  remove("one");
  remove("never");
  expect(presented).toEqual([
    { file: at("a"), unsaved: ["a"] },
    { file: at("a"), unsaved: ["a", "b"] },
    { file: at("b"), unsaved: ["b", "a"] },
    { file: at("b"), unsaved: ["b"] },
    { file: at("c"), unsaved: [] },
    { file: null, unsaved: [] },
  ]);
});

it("tells who is attached where the others are: at once, then in peace", () => {
  const d = desk();
  d.attach("quiet");
  expect(d.sent).toEqual([]);
  d.others("a");
  d.others("b");
  d.attach("late");
  d.attach("late");
  expect(saw(d)).toEqual([
    ["quiet", "a"],
    ["late", "b"],
  ]);
});

it("tells a client that does not read nothing more, and then the latest only", async () => {
  const d = desk();
  d.attach("slow");
  for (let i = 0; i < 1000; i++) {
    d.others(String(i));
    d.timers.advance(100);
  }
  d.others(undefined);
  expect(saw(d)).toEqual([["slow", "0"]]);
  await d.reads();
  expect(saw(d)).toEqual([
    ["slow", "0"],
    ["slow", undefined],
  ]);
  await d.reads();
  d.remove("slow");
  d.others("x");
  d.timers.advance(100);
  expect(d.sent).toHaveLength(2);
});
