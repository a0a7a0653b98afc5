import { basename } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createIdentity } from "../../../helper/peer/identity.ts";
import { ownFolder, recoveryFolder, workspaceId } from "../../../helper/session/recovery-folder.ts";

const home = mkdtempSync(join(tmpdir(), "pm-recovery-"));
afterAll(() => rmSync(home, { recursive: true }));
const ada = createIdentity();
const dora = createIdentity();

type Of = Parameters<typeof recoveryFolder>[0];
const app: Of = {
  role: "host",
  repository: "app",
  workspace: workspaceId(ada, "/home/ada/app"),
  hostKey: ada.fingerprint,
};
const placeOf = (more: Partial<Of> = {}): string => recoveryFolder({ ...app, ...more }, { XDG_STATE_HOME: home });

test("the same folder has its recovered versions in the same place, named for people", () => {
  expect(workspaceId(ada, "/home/ada/app")).toBe(app.workspace);
  expect(placeOf()).toBe(placeOf());
  expect(placeOf()).toMatch(/\/pairmount\/recovered\/app-[0-9a-f]{24}$/);
});

test.each<[string, Partial<Of>]>([
  ["another folder of the same name", { workspace: workspaceId(ada, "/home/ada/old/app") }],
  ["the same path at another host", { workspace: workspaceId(dora, "/home/ada/app"), hostKey: dora.fingerprint }],
  ["a host that claims another's id", { hostKey: dora.fingerprint }],
  ["a guest of it on the same machine", { role: "guest" }],
])("%s has another place", (_what, more) => {
  expect(placeOf(more)).not.toBe(placeOf());
});

test("a repository's name from the other side stays one name in the folder", () => {
  expect(basename(placeOf({ repository: `../../${"x".repeat(200)}/ap\0p` }))).toMatch(/^[\w-]{40}-[0-9a-f]{24}$/);
});

test("a guest's own files have a place for each host, workspace and mount (R-OWN)", () => {
  const mine = { ...app, mount: "/home/dora/app" };
  const own = (more: Partial<typeof mine> = {}): string => ownFolder({ ...mine, ...more }, { XDG_STATE_HOME: home });
  expect(own()).toMatch(/\/pairmount\/own\/app-[0-9a-f]{24}$/);
  expect(own()).toBe(own());
  const others = [
    own({ mount: "/home/dora/other" }),
    own({ hostKey: dora.fingerprint }),
    own({ workspace: workspaceId(ada, "/home/ada/old/app") }),
  ];
  expect(new Set([own(), ...others]).size).toBe(4);
});
