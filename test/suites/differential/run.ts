/** The same operations on two trees, compared step by step, and the shortest failing list that is cheap to find. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createActor } from "./actor.ts";
import type { Operation } from "./operation.ts";

export interface Divergence {
  readonly step: number;
  readonly operation: Operation | "survey";
  readonly expected: string;
  readonly actual: string;
}

/** How often the whole trees are compared, beside the answer of every step. */
const surveyEvery = 500;

/** `reference` and `target` are directories; each run works in a fresh one inside, removed afterwards. */
export class Differential {
  readonly #reference: string;
  readonly #target: string;
  #runs = 0;

  constructor(reference: string, target: string) {
    this.#reference = reference;
    this.#target = target;
  }

  run(operations: readonly Operation[]): Divergence | undefined {
    this.#runs += 1;
    const roots = [this.#reference, this.#target].map((dir) => join(dir, `run-${this.#runs}`)) as [string, string];
    for (const root of roots) mkdirSync(root);
    const [reference, target] = [createActor(roots[0]), createActor(roots[1])];
    try {
      for (const [step, operation] of operations.entries()) {
        const expected = reference.perform(operation);
        const actual = target.perform(operation);
        if (expected !== actual) return { step, operation, expected, actual };
        if (step % surveyEvery !== surveyEvery - 1 && step !== operations.length - 1) continue;
        const surveys = { expected: reference.survey(), actual: target.survey() };
        if (surveys.expected !== surveys.actual) return { step, operation: "survey", ...firstDifference(surveys) };
      }
      return undefined;
    } finally {
      reference.close();
      target.close();
      for (const root of roots) rmSync(root, { recursive: true, force: true });
    }
  }

  /** Drops ever smaller chunks while the run still diverges; stops at the deadline with what it has. */
  shrink(operations: readonly Operation[], step: number, deadlineMs: number): readonly Operation[] {
    let kept = operations.slice(0, step + 1);
    for (let chunk = kept.length >> 1; chunk >= 1; chunk >>= 1) {
      for (let from = 0; from < kept.length; ) {
        if (Date.now() > deadlineMs) return kept;
        const fewer = [...kept.slice(0, from), ...kept.slice(from + chunk)];
        const again = this.run(fewer);
        if (again === undefined) from += chunk;
        else kept = fewer.slice(0, again.step + 1);
      }
    }
    return kept;
  }
}

function firstDifference(texts: { readonly expected: string; readonly actual: string }): {
  readonly expected: string;
  readonly actual: string;
} {
  const [expected, actual] = [texts.expected.split("\n"), texts.actual.split("\n")];
  const line = expected.findIndex((text, i) => text !== actual[i]);
  const at = line < 0 ? expected.length : line;
  return { expected: expected[at] ?? "(nothing more)", actual: actual[at] ?? "(nothing more)" };
}
