import { beforeEach, expect, test } from "vitest";
import type { Op } from "../../../helper/replica/op.ts";
import { rootNode } from "../../../helper/replica/ids.ts";
import { nothingApartData, type PathRulesData } from "../../../helper/replica/path-rules-data.ts";
import { createRulesWatch, type RulesWatch } from "../../../helper/session/rules-watch.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";
import { at, hostRepo, hostRig, time, v0, type HostRig } from "../replica/rig.ts";

let rig: HostRig;
let timers: ReturnType<typeof fakeTimers>;
let watch: RulesWatch;
let told: PathRulesData[];
/** Of collections that have begun: what ends each. */
let ends: ((rules: PathRulesData) => void)[];
const rules = (text: string): PathRulesData => ({ ...nothingApartData, ignoreFiles: [{ dir: "", text }] });

beforeEach(async () => {
  rig = hostRig([...hostRepo, ".gitignore", ".git/info/", ".git/info/exclude"]);
  timers = fakeTimers();
  told = [];
  ends = [];
  const collect = (): Promise<PathRulesData> => new Promise((resolve) => ends.push(resolve));
  const changed = (now: PathRulesData): void => void told.push(now);
  watch = createRulesWatch({
    view: rig.host,
    collector: { collect },
    first: Promise.resolve(rules("a")),
    timers,
    changed,
  });
  await watch.begun;
});

function does(op: Op): void {
  watch.decided(rig.host.local(op).decided);
}
function truncate(path: string): Op {
  return {
    t: "truncate",
    node: rig.find(path),
    base: rig.host.node(rig.find(path))?.version ?? v0,
    size: 1,
    time: time(1),
  };
}
async function ended(found: PathRulesData): Promise<void> {
  ends.pop()?.(found);
  await new Promise((resolve) => setImmediate(resolve));
}

test("changes of a second are looked at once, one time at a time, and told where they make a difference", async () => {
  does(truncate(".gitignore"));
  timers.advance(900);
  does(truncate(".git/info/exclude"));
  expect(ends.length).toBe(0);
  timers.advance(100);
  expect(ends.length).toBe(1);
  does(truncate(".gitignore"));
  timers.advance(2000);
  expect(ends.length).toBe(1);
  await ended(rules("b"));
  expect([told, watch.current]).toEqual([[rules("b")], rules("b")]);
  timers.advance(1000);
  expect(ends.length).toBe(1);
  await ended(rules("b"));
  timers.advance(5000);
  expect([told.length, ends.length]).toEqual([1, 0]);
});

test("waits while git holds the index: a checkout may be half done", () => {
  const lock = {
    t: "create",
    at: at(rig.find(".git"), "index.lock"),
    node: rig.host.newNode(),
    mode: 0o644,
    time: time(1),
  } as const;
  rig.host.local(lock);
  does(truncate(".gitignore"));
  timers.advance(3000);
  expect(ends.length).toBe(0);
  does({ t: "unlink", at: lock.at, node: lock.node, seen: lock.node as never, time: time(2) });
  timers.advance(1000);
  expect(ends.length).toBe(1);
});

const node = (path: string) => ({ node: rig.find(path), time: time(1) });
const git = () => rig.find(".git");
const concerning: readonly (readonly [string, () => Op])[] = [
  ["a .gitignore goes", () => ({ t: "unlink", at: at(rootNode, ".gitignore"), seen: v0, ...node(".gitignore") })],
  [
    "a .gitignore is made",
    () => ({
      t: "create",
      at: at(rig.find("dir"), ".gitignore"),
      node: rig.host.newNode(),
      mode: 0o644,
      time: time(1),
    }),
  ],
  [
    "a repository is made",
    () => ({ t: "mkdir", at: at(rig.find("dir"), ".git"), node: rig.host.newNode(), mode: 0o755, time: time(1) }),
  ],
  [
    "a directory moves",
    () => ({ t: "rename", from: at(rootNode, "dir"), to: at(rootNode, "moved"), victim: null, ...node("dir") }),
  ],
  [
    "an index is replaced",
    () => {
      const lock = rig.host.newNode();
      rig.host.local({ t: "create", at: at(git(), "index.lock"), node: lock, mode: 0o644, time: time(1) });
      const victim = { node: rig.find(".git/index"), seen: v0 };
      return { t: "rename", from: at(git(), "index.lock"), to: at(git(), "index"), node: lock, victim, time: time(1) };
    },
  ],
];
test.each(concerning)("looks again when %s", (_, op) => {
  does(op());
  timers.advance(1000);
  expect(ends.length).toBe(1);
});

test("does not look for other changes, nor after its end", () => {
  does(truncate("a.txt"));
  does({ t: "create", at: at(rig.find("dir"), "exclude"), node: rig.host.newNode(), mode: 0o644, time: time(1) });
  timers.advance(5000);
  does(truncate(".gitignore"));
  watch.dispose();
  timers.advance(5000);
  expect(ends.length).toBe(0);
});
