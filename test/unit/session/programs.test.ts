import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { programOf } from "../../../helper/session/programs.ts";

test("R-LEASE: a program is the same at every request, and runs until its process has ended", async () => {
  const child = spawn("sleep", ["60"]);
  const program = programOf(child.pid ?? 0);
  expect(programOf(child.pid ?? 0)?.id).toBe(program?.id);
  expect(programOf(process.pid)?.id).not.toBe(program?.id);
  expect(program?.isRunning()).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(program?.isRunning()).toBe(false);
});

test("a thread of another pid namespace belongs to no program known here", () => {
  expect(programOf(0)).toBeUndefined();
});
