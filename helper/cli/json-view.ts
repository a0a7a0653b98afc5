/** One JSON object a line. */
import type { SessionEvent } from "../session/api.ts";
import type { Terminal } from "./ports.ts";
import { acceptAs, type ApprovalRule, nobodyToAsk } from "./approval.ts";
import type { SessionView } from "./view.ts";

export function createJsonView(
  terminal: Terminal,
  options: ApprovalRule & { readonly progress: boolean },
): SessionView {
  const say = (value: object): void => terminal.out(`${JSON.stringify(value)}\n`);
  let early: SessionEvent[] | undefined = [];
  return {
    started(started) {
      say(started);
      const waiting = early ?? [];
      early = undefined;
      waiting.forEach(say);
    },
    event(event) {
      if (early === undefined) say(event);
      else early.push(event);
    },
    progress(progress) {
      // Progress is told while the first line is still to come, so it is for those who asked for it.
      if (options.progress) say({ event: "progress", ...progress });
    },
    decide: (request) =>
      Promise.resolve(options.approve === "all" ? acceptAs(request.wants, options.access) : nobodyToAsk),
    close() {
      (early ?? []).forEach(say);
      early = [];
    },
  };
}
