/** Where the repository under test lies, also when a test program was bundled into .cache/. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const repositoryRoot: string = findRoot(import.meta.dirname);
export const cacheFolder: string = join(repositoryRoot, ".cache");

function findRoot(from: string): string {
  const manifest = join(from, "package.json");
  if (existsSync(manifest) && /"name": "pairmount"/.test(readFileSync(manifest, "utf8"))) return from;
  const above = dirname(from);
  if (above === from) throw new Error("no package.json of pairmount above the test program");
  return findRoot(above);
}
