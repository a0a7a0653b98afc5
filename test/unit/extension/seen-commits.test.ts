import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionEvent } from "../../../helper/api.ts";
import {
  beginSeen,
  isMarked,
  nextSeen,
  type SeenCommits,
  type SeenInput,
  seenFromJson,
  seenToJson,
} from "../../../extension/seen-commits.ts";
import { fake } from "../../harness/fake-vscode.ts";
import { aCommit } from "./samples.ts";
import { createDesk, type Desk, type Helper } from "./window.ts";

const nobody = seenFromJson("");
/** Newest first, by one letter each; capitals are own. */
const made = (letters: string): SeenInput => ({
  t: "commits",
  commits: Array.from(letters).map((hash) => aCommit({ hash, own: hash === hash.toUpperCase() })),
});
const look: SeenInput = { t: "look", looking: true };
const lookAway: SeenInput = { t: "look", looking: false };
const opened = (hash: string): SeenInput => ({ t: "opened", hash });
const after = (...inputs: readonly SeenInput[]): SeenCommits => inputs.reduce(nextSeen, beginSeen(nobody));
const marked = (state: SeenCommits, letters: string): string =>
  Array.from(letters)
    .filter((hash) => isMarked(state, hash))
    .join("");

describe("commits of others are new", () => {
  it("until the user looks at them; then they are counted no more, and marked until the look ends", () => {
    const away = after(made("cBa"));
    expect(away.unseen).toEqual(["c", "a"]);
    const looking = nextSeen(away, look);
    expect([looking.unseen, marked(looking, "cBa")]).toEqual([[], "ca"]);
    const later = nextSeen(looking, made("dcBa"));
    expect([later.unseen, marked(later, "dcBa")]).toEqual([[], "ca"]);
    const gone = nextSeen(later, lookAway);
    expect(marked(gone, "dcBa")).toBe("");
    expect(nextSeen(gone, made("edcBa")).unseen).toEqual(["e"]);
  });

  it("one by one, as they are opened", () => {
    const one = after(made("ba"), opened("b"));
    expect(one.unseen).toEqual(["a"]);
    expect(nextSeen(one, made("cba")).unseen).toEqual(["c", "a"]);
    expect(marked(after(made("ba"), look, opened("b")), "ba")).toBe("a");
  });

  it("no more after a reload, where they were seen before it", () => {
    const before = after(made("ba"), look, lookAway, made("dcba"), opened("c"));
    const reloaded = beginSeen(seenFromJson(seenToJson(before.seen)));
    expect(nextSeen(reloaded, made("dcba")).unseen).toEqual(["d"]);
  });

  it("all of them, where the last one seen is none of this session, and none of one's own", () => {
    const before = after(made("ba"), look, lookAway, made(""), made("yXw"));
    expect(before.unseen).toEqual(["y", "w"]);
  });

  it("is the same value where nothing changes", () => {
    const state = after(made("a"), look);
    expect([nextSeen(state, look), nextSeen(state, opened("z"))]).toEqual([state, state]);
    expect(nextSeen(state, look)).toBe(state);
    expect(nextSeen(state, opened("z"))).toBe(state);
  });
});

it.each(["", "{", "[]", '{"last":1,"opened":[]}', '{"last":null}'])("takes %j for nothing seen", (json) => {
  expect(seenFromJson(json)).toEqual({ last: null, opened: [] });
});

describe("in a window", () => {
  const view = "pairmount.commits";
  let desk: Desk;
  let helper: Helper;
  beforeEach(async () => {
    desk = createDesk();
    helper = await desk.share();
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
  });
  afterEach(async () => await desk.end());

  const badge = (): unknown => (fake.trees.get(view)?.badge as { readonly value: number } | undefined)?.value;
  const isNew = (): readonly boolean[] => fake.items(view).map(({ description }) => description.startsWith("new · "));
  async function commits(subject: string, own = false): Promise<void> {
    const { pushed: _pushed, ...commit } = aCommit({ subject, own, hash: subject.padEnd(40, "0") });
    helper.tell({ event: "commit", ms: 1, ...commit } satisfies SessionEvent);
    await vi.waitFor(() => expect(fake.rows(view)[0]).toBe(subject));
  }

  it("others' commits are counted on the view and marked, one's own are not; a look at the view clears the count", async () => {
    await commits("one");
    await commits("two", true);
    await commits("three");
    expect([badge(), isNew()]).toEqual([2, [true, false, true]]);
    await fake.press("pairmount.openCommit", view, "one");
    expect([badge(), isNew()]).toEqual([1, [true, false, false]]);
    fake.see(view, true);
    expect([badge(), isNew()]).toEqual([undefined, [true, false, false]]);
    fake.see(view, false);
    expect([badge(), isNew()]).toEqual([undefined, [false, false, false]]);
  });

  it("a view that shows in a window out of focus is not looked at", async () => {
    fake.focus(false);
    fake.see(view, true);
    await commits("one");
    expect(badge()).toBe(1);
    fake.focus(true);
    expect([badge(), isNew()]).toEqual([undefined, [true]]);
  });

  it("a reload makes nothing new again", async () => {
    await commits("one");
    fake.see(view, true);
    fake.see(view, false);
    await commits("two");
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows(view)).toEqual(["two", "one"]));
    expect([badge(), isNew()]).toEqual([1, [true, false]]);
  });
});
