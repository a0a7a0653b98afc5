/** Recovered versions in a window that is attached to a session. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fake, Uri } from "../../harness/fake-vscode.ts";
import { aRecovered } from "./samples.ts";
import { createDesk, type Desk, type Helper, notice } from "./window.ts";

let desk: Desk;
beforeEach(() => {
  desk = createDesk();
});
afterEach(async () => await desk.end());

async function openOnRecovered(): Promise<Helper> {
  const helper = await desk.share({ recovered: [aRecovered] });
  desk.open(helper.status.mount);
  await vi.waitFor(() => expect(fake.rows("pairmount.recovered")).not.toEqual([]));
  return helper;
}

it("compares a recovered version with the file, and discards it only when that is confirmed", async () => {
  const helper = await openOnRecovered();
  await fake.press("pairmount.compareRecovered", "pairmount.recovered", "src/a.ts");
  expect(fake.executed).toContainEqual([
    "vscode.diff",
    Uri.file("/kept/a"),
    Uri.file(join(helper.status.mount, "a")),
    "src/a.ts: recovered ↔ current",
  ]);
  const discarded = fake.press("pairmount.discardRecovered", "pairmount.recovered", "src/a.ts");
  (await notice(/Discard/)).press(undefined);
  await discarded;
  expect(helper.asked).toEqual([]);
});

it("restores a recovered version only once what the file holds is kept in its place", async () => {
  const helper = await openOnRecovered();
  const [kept, current] = [join(desk.folder, "kept"), join(helper.status.mount, "a")];
  helper.kept = kept;
  writeFileSync(kept, "mine");
  writeFileSync(current, "theirs");
  const restore = async () => await fake.press("pairmount.restoreRecovered", "pairmount.recovered", "src/a.ts");
  const keeping = ["keep", { path: "a", bytes: Buffer.from("theirs").toString("base64") }];
  helper.settled = false;
  const refused = restore();
  (await notice(/stays as it is/)).press(undefined);
  await refused;
  expect(readFileSync(current, "utf8")).toBe("theirs");
  helper.settled = true;
  await restore();
  expect(readFileSync(current, "utf8")).toBe("mine");
  expect(helper.asked).toEqual([keeping, keeping, ["discard", { id: aRecovered.id }]]);
});
