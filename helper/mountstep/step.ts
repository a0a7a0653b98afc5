import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { MountFailure } from "./failures.ts";

export interface StepRequest {
  /** For `/bin/sh -c`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Descriptor it gets as stdin. */
  readonly stdin: number | "ignore";
}

/** A script in a session of its own that told its first line and waits for its control socket to hang up. */
export interface Step {
  readonly line: string;
  /** Resolves when it ended: after `end`, or because somebody killed it. */
  readonly exited: Promise<void>;
  /** Hangs up and resolves when it ended. May be called twice. */
  end(): Promise<void>;
}

export type StepOutcome =
  | { readonly ok: true; readonly value: Step }
  | { readonly ok: false; readonly failure: MountFailure };

/** Hanging up is the only signal, so it also comes when this process dies. The step does not keep this process alive. */
export function startStep({ script, args, stdin }: StepRequest): Promise<StepOutcome> {
  const step = spawn("/bin/sh", ["-c", script, "pairmount-mount-step", ...args], {
    stdio: [stdin, "pipe", "ignore"],
    // setsid: signals to the helper's process group do not reach the step.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  const exited = new Promise<void>((resolve) => {
    step.once("exit", () => resolve());
    step.once("error", () => resolve());
  });

  return new Promise((resolve) => {
    let told = "";
    const control = step.stdout as Socket | null;
    const refuse = (detail: string): void => resolve({ ok: false, failure: { code: "step-failed", detail } });
    step.once("error", (error) => refuse(error.message));
    control?.on("error", () => control.destroy());
    control?.on("close", () => refuse("it hung up before it mounted"));
    control?.on("data", (chunk: Buffer) => {
      told += chunk.toString("utf8");
      if (!told.includes("\n")) return;
      step.unref();
      control.unref();
      const end = async (): Promise<void> => {
        step.ref();
        control.destroy();
        await exited;
      };
      resolve({ ok: true, value: { line: told.slice(0, told.indexOf("\n")), exited, end } });
    });
  });
}
