/** The extension as its package lays it out, and the helper that it copies from there: both have all that they load. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installHelper } from "../../extension/helper-program.ts";
import { startHelper } from "../harness/helper.ts";
import { repositoryRoot } from "../harness/place.ts";
import { mustRun } from "../harness/run.ts";

let base: string;
let program: string;

beforeEach(() => {
  // Outside the checkout: nothing is found in its node_modules.
  base = realpathSync(mkdtempSync(join(tmpdir(), "pm-packaged-")));
  const from = join(base, "extension");
  execFileSync(process.execPath, [join(repositoryRoot, "scripts/stage-extension.mjs"), from]);
  program = installHelper({ from, storage: join(base, "storage"), version: "1" });
  rmSync(from, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true }));

it("mounts by fuse-native from the copy, also when the extension it came from is gone", async () => {
  const folder = join(base, "app");
  mkdirSync(folder);
  writeFileSync(join(folder, "a.txt"), "plain\n");
  const helper = await startHelper({
    home: join(base, "home"),
    args: ["share", folder, "--accept", "--driver", "fuse-native", "--name", "ada"],
    mount: folder,
    program,
  });
  try {
    expect(await mustRun("cat", [join(folder, "a.txt")])).toBe("plain\n");
  } finally {
    expect(await helper.stop()).toBe(0);
  }
});

it("has no package that is not needed, and none that is missing", () => {
  const packages = join(program, "..", "node_modules");
  const there = readdirSync(packages);
  const needed = there.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    return Object.keys(manifest.dependencies ?? {});
  });
  expect(there.toSorted()).toEqual([...new Set(["fuse-native", ...needed])].toSorted());
});
