// The packages that stay outside the bundle, with all that they need: laid beside it, so that whoever has dist/ has them.
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Native: loaded with require() from where the bundle lies. */
export const external = ["fuse-native"];

/** @param {string} outdir Its `node_modules` is made anew. */
export function layPackages(outdir) {
  rmSync(join(outdir, "node_modules"), { recursive: true, force: true });
  const names = external.reduce((found, name) => withDependencies(name, found), new Set());
  for (const name of names)
    cpSync(join(root, "node_modules", name), join(outdir, "node_modules", name), { recursive: true });
}

/** Names of the installed packages that `name` needs at run time, itself included. */
function withDependencies(name, found) {
  const manifest = join(root, "node_modules", name, "package.json");
  if (found.has(name) || !existsSync(manifest)) return found;
  found.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) withDependencies(needed, found);
  return found;
}
