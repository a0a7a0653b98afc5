/** A bar for the steps of something long, redrawn in its line; where nobody watches, a line for each step. */
import type { Progress } from "../session/api.ts";
import { progressLine, stepText } from "./format.ts";
import type { CliPorts } from "./ports.ts";

const eraseLine = "\r\u001b[K";
const redrawMs = 100;

export interface Bar {
  show(progress: Progress): void;
  /** What erases the bar before other text, if it is there. */
  readonly eraser: string;
  /** `stays`: what it showed last is left to be read. */
  end(how: "erased" | "stays"): void;
}

export function createBar({ terminal, now }: Pick<CliPorts, "terminal" | "now">): Bar {
  let bar: { readonly step: Progress["step"]; readonly drawn: number } | undefined;
  const isDrawn = (): boolean => bar !== undefined && terminal.watched;
  return {
    show(progress) {
      const at = now().getTime();
      if (!terminal.watched) {
        if (bar?.step !== progress.step) terminal.out(`${stepText(progress)}\n`);
        bar = { step: progress.step, drawn: at };
        return;
      }
      const finished = progress.total > 0 && progress.done >= progress.total;
      if (bar?.step === progress.step && !finished && at - bar.drawn < redrawMs) return;
      if (bar !== undefined && bar.step !== progress.step) terminal.out("\n");
      terminal.out(`${eraseLine}${progressLine(progress, { columns: terminal.columns })}`);
      bar = { step: progress.step, drawn: at };
    },
    get eraser() {
      return isDrawn() ? eraseLine : "";
    },
    end(how) {
      if (isDrawn()) terminal.out(how === "erased" ? eraseLine : "\n");
      bar = undefined;
    },
  };
}
