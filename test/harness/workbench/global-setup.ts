/** Before the workbench tests: what they drive is installed, or they are skipped and say why. */
import type { TestProject } from "vitest/node";
import { installPrograms } from "./installed.ts";
import { endAbandoned } from "./processes.ts";

export default async function prepare(project: TestProject): Promise<void> {
  await endAbandoned();
  const programs = installPrograms();
  if ("missing" in programs) process.stderr.write("pairmount: the workbench tests are skipped\n");
  project.provide("workbenchPrograms", programs);
}
