/** Keep a Copy, and the offer of it before a guest leaves. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SessionError } from "../../../helper/session/errors.ts";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { createDesk, type Desk, type Helper, notice } from "./window.ts";

let desk: Desk;
let helper: Helper;
beforeEach(async () => {
  desk = createDesk();
  helper = await desk.share({ role: "guest", folder: null, repository: "repo" });
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
  fake.chosen = Uri.file(desk.folder);
});
afterEach(async () => await desk.end());

const run = (command: string): unknown => fake.commands.get(command)?.();
const cancelled = (): SessionError => new SessionError("cancelled", "no copy was kept");

it("keeps a copy below the folder that is chosen, under a name that is free, and offers to open it", async () => {
  mkdirSync(join(desk.folder, "repo"));
  const { copy } = helper;
  helper.copy = async (folder, asking) => {
    asking.onProgress({ step: "copy", done: 1_500_000, total: 3_000_000 });
    asking.onProgress({ step: "verify", done: 0, total: 0 });
    return await copy(folder, asking);
  };
  await run("pairmount.keepCopy");
  expect(helper.asked).toEqual([["keepCopy", join(desk.folder, "repo-2")]]);
  expect(fake.progress).toEqual(["copying (1.5 of 3.0 MB)", "checking the copy"]);
  const told = await notice(/Kept in .*repo-2: 3 files and 2 commits, checked by git/);
  told.press("Open Copy");
  const opened = ["vscode.openFolder", Uri.file(join(desk.folder, "repo-2")), { forceNewWindow: true }];
  await vi.waitFor(() => expect(fake.executed).toContainEqual(opened));
});

it("keeps nothing when no folder is chosen", async () => {
  fake.chosen = undefined;
  await run("pairmount.keepCopy");
  expect([helper.asked, fake.shown]).toEqual([[], []]);
});

it("tells why there is no copy", async () => {
  helper.copy = () => Promise.reject(new SessionError("keep-incomplete", "1 could not be read: a (EIO)"));
  await run("pairmount.keepCopy");
  expect(fake.shown).toMatchObject([
    { kind: "error", text: "The copy is not complete: 1 could not be read: a (EIO)", buttons: [] },
  ]);
});

it("lets the user cancel, and says no more of it", async () => {
  helper.copy = async (_folder, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw cancelled();
  };
  const keeping = run("pairmount.keepCopy");
  await vi.waitFor(() => expect(helper.asked).toHaveLength(1));
  fake.cancelProgress();
  await keeping;
  expect(fake.shown).toEqual([]);
});

it("offers a copy before a guest leaves: kept first, then left", async () => {
  const left = run("pairmount.leave");
  const asked = await notice(/Leave the session\?/);
  expect(asked.buttons).toEqual(["Keep a Copy…", "Leave Without"]);
  asked.press("Keep a Copy…");
  await left;
  expect(helper.asked).toEqual([["keepCopy", join(desk.folder, "repo")], ["leave"]]);
});

it("leaves without one where that is wanted, and not at all where the question is closed", async () => {
  const closed = run("pairmount.leave");
  (await notice(/Leave the session\?/)).press(undefined);
  await closed;
  expect(helper.asked).toEqual([]);
  fake.shown.length = 0;
  const left = run("pairmount.leave");
  (await notice(/Leave the session\?/)).press("Leave Without");
  await left;
  expect(helper.asked).toEqual([["leave"]]);
  expect(existsSync(join(desk.folder, "repo"))).toBe(false);
});

it("stays where the copy comes to nothing", async () => {
  helper.copy = () => Promise.reject(new SessionError("keep-target", "/x is not empty"));
  const left = run("pairmount.leave");
  (await notice(/Leave the session\?/)).press("Keep a Copy…");
  await left;
  expect(helper.asked.map(([name]) => name)).toEqual(["keepCopy"]);
  await notice(/cannot be kept there/);
});
