/** Two windows on one session, each in an editor of its own. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fake } from "../../harness/fake-vscode.ts";
import { aJoin } from "./samples.ts";
import { type Another, createDesk, type Desk, type Helper, notice } from "./window.ts";

let desk: Desk;
let helper: Helper;
let other: Another;
beforeEach(async () => {
  desk = createDesk();
  helper = await desk.share();
  other = await desk.openAnother(helper.status.mount);
  desk.open(helper.status.mount);
  for (const each of [fake, other.fake])
    await vi.waitFor(() => expect(each.rows("pairmount.peers")).toEqual(["ada", "ben"]));
});
afterEach(async () => await desk.end());

const { asked: _asked, ...cleo } = aJoin;
const asks = /cleo asks to join/;
const questions = (each: typeof fake) => each.shown.filter(({ text }) => asks.test(text)).length;
function cleoAsks(): void {
  helper.joins = [cleo];
  helper.tell({ event: "peer", peer: "cleo", state: "asking" });
}

describe("who asks to join is a question", () => {
  it("in the window in focus alone; every window's status item says so", async () => {
    cleoAsks();
    await notice(asks);
    for (const each of [fake, other.fake])
      await vi.waitFor(() => expect(each.status?.text).toBe("$(bell-dot) cleo asks to join"));
    other.fake.focus(true);
    await other.fake.press("pairmount.accept", "pairmount.peers", "cleo");
    expect(helper.asked).toEqual([["decide", { id: 4, accept: true, access: "read-write" }]]);
    expect([questions(fake), questions(other.fake)]).toEqual([1, 0]);
  });

  it("that is told to be stale where it was answered elsewhere meanwhile", async () => {
    cleoAsks();
    const asked = await notice(asks);
    helper.joins = [];
    helper.settled = false;
    asked.press("Accept");
    expect((await notice(/does not wait any more/)).kind).toBe("information");
  });

  it("in one of them where none has focus, and at once in the one that gets it", async () => {
    fake.focus(false);
    cleoAsks();
    await vi.waitFor(() => expect(other.fake.status?.text).toContain("cleo"));
    expect([questions(fake), questions(other.fake)]).toEqual([0, 0]);
    other.fake.focus(true);
    await notice(asks, other.fake);
    expect(questions(fake)).toBe(0);
  });

  it("after some seconds also where no window has focus, once", async () => {
    fake.focus(false);
    cleoAsks();
    await vi.waitFor(() => expect(questions(fake) + questions(other.fake)).toBe(1), { timeout: 5000 });
    fake.focus(true);
    other.fake.focus(true);
    await vi.waitFor(() => expect(fake.status?.text).toContain("cleo"));
    expect(questions(fake) + questions(other.fake)).toBe(1);
  });

  it("again in a window that is reloaded, and in the other when that one is closed", async () => {
    cleoAsks();
    await notice(asks);
    desk.open(helper.status.mount);
    await notice(asks);
    expect(questions(other.fake)).toBe(0);
    desk.open("/elsewhere");
    other.fake.focus(true);
    await notice(asks, other.fake);
  });

  it("without links: a name that would be one is text", async () => {
    helper.joins = [{ ...cleo, name: "[cleo](command:workbench.action.quit)" }];
    helper.tell({ event: "peer", peer: "cleo", state: "asking" });
    expect((await notice(/asks to join/)).text).toContain("[cleo] (command:workbench.action.quit) asks");
  });

  it("in the next session, too, whose guests are counted from one again", async () => {
    cleoAsks();
    (await notice(asks)).press("Decline");
    await vi.waitFor(() => expect(helper.asked).toHaveLength(1));
    helper.joins = [];
    helper.tell({ event: "peer", peer: "cleo", state: "declined" });
    await vi.waitFor(() => expect(fake.status?.text).not.toContain("cleo"));
    cleoAsks();
    await vi.waitFor(() => expect(questions(fake)).toBe(2));
  });
});
