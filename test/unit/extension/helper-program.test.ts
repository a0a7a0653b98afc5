import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { installHelper } from "../../../extension/helper-program.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-install-"));
  put("package.json", "{}");
  put("dist/pairmount.mjs", "// the helper");
});
afterEach(() => rmSync(base, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(base, "from", path)), { recursive: true });
  writeFileSync(join(base, "from", path), text);
}
const install = (): string => installHelper({ from: join(base, "from"), storage: join(base, "storage"), version: "1" });

it("copies the helper with the packages laid beside it, and no others", () => {
  put("dist/node_modules/fuse-native/index.js", "");
  put("dist/node_modules/nanoresource/index.js", "");
  put("node_modules/typescript/index.js", "");
  const dist = dirname(install());
  expect(readdirSync(join(dist, "node_modules"))).toEqual(["fuse-native", "nanoresource"]);
  expect(existsSync(join(dist, "..", "node_modules"))).toBe(false);
});

it("copies once, and another build of the same version to another place", () => {
  const first = install();
  expect(install()).toBe(first);
  put("dist/pairmount.mjs", "// the helper, built anew");
  const second = install();
  expect(second).not.toBe(first);
  expect([first, second].map((path) => existsSync(path))).toEqual([true, true]);
});
