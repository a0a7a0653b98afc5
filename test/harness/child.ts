/** Bundles a TypeScript test program so that plain Node runs it as a process of its own (Node 20 cannot read .ts). */
import { basename, join } from "node:path";
import { build } from "esbuild";
import { cacheFolder, repositoryRoot } from "./place.ts";

const bundled = new Map<string, Promise<string>>();

/** `entry` is relative to the repository. Returns the path of the .mjs to give to node. */
export async function childProgram(entry: string): Promise<string> {
  const known = bundled.get(entry) ?? bundle(entry);
  bundled.set(entry, known);
  return await known;
}

async function bundle(entry: string): Promise<string> {
  const outfile = join(cacheFolder, "test", `${basename(entry, ".ts")}-${process.pid}.mjs`);
  await build({
    entryPoints: [join(repositoryRoot, entry)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  return outfile;
}
