/** The programs that workbenches run, as `scripts/workbench-setup.mjs` installed them. One process knows them once. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../place.ts";

export interface Programs {
  readonly node: string;
  /** A script for `node`. */
  readonly codeServer: string;
  readonly chromium: string;
}

/** `missing`: why there are none. */
export type Found = Programs | { readonly missing: string };

let used: Programs | undefined;

/** Installs what is not there yet. */
export function installPrograms(): Found {
  const { stdout } = spawnSync(process.execPath, [join(repositoryRoot, "scripts/workbench-setup.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(stdout) as Found;
}

/** Before anything else of the workbenches is called. */
export function usePrograms(programs: Programs): void {
  used = programs;
}

export function mustPrograms(): Programs {
  if (used === undefined) throw new Error("no workbench programs: usePrograms was not called");
  return used;
}
