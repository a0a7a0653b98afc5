/** Before the workbench tests: what they drive is installed, or they are skipped and say why. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { repositoryRoot } from "../place.ts";
import { endAbandoned } from "./processes.ts";
import type { Programs } from "./programs.ts";

export default async function prepare(project: TestProject): Promise<void> {
  await endAbandoned();
  const { stdout } = spawnSync(process.execPath, [join(repositoryRoot, "scripts/workbench-setup.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const programs = JSON.parse(stdout) as Programs | { readonly missing: string };
  if ("missing" in programs) process.stderr.write("pairmount: the workbench tests are skipped\n");
  project.provide("workbenchPrograms", programs);
}
