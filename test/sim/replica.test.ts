import { describe, expect, test } from "vitest";
import type { Rule } from "../../helper/replica/judge.ts";
import { someIgnored } from "./own.ts";
import { stepsOf } from "./random.ts";
import { run, shrink } from "./run.ts";
import type { WorldOptions } from "./world.ts";

const operations = 300;
const seeds = Number(process.env["SEEDS"] ?? 1000);
const only = process.env["SEED"];

function optionsOf(seed: number): WorldOptions {
  return { guests: 2 + (seed % 3), checkChanges: seed % 10 === 0 };
}

/** The failing seed, its shrunk length and what was wrong; replay with SEED=n npx vitest run --project sim. */
function report(seed: number, options: WorldOptions): string | undefined {
  const steps = stepsOf(seed, operations);
  if (run(steps, options).length === 0) return undefined;
  const fewer = shrink(steps, (some) => run(some, options).length > 0);
  return `SEED=${seed} (${fewer.length} of ${operations} steps are enough)\n${run(fewer, options).slice(0, 5).join("\n")}\n${only === undefined ? "" : JSON.stringify(fewer)}`;
}

describe("replicas", () => {
  test(`converge and lose nothing, ${only === undefined ? `${seeds} seeds` : `seed ${only}`} × ${operations} operations`, () => {
    const chosen = only === undefined ? Array.from({ length: seeds }, (_, i) => i + 1) : [Number(only)];
    for (const seed of chosen) expect(report(seed, optionsOf(seed))).toBeUndefined();
  });
});

describe("with ignored paths", () => {
  test(`shared ones converge, every guest keeps its own, ${only === undefined ? `${seeds} seeds` : `seed ${only}`}`, () => {
    const chosen = only === undefined ? Array.from({ length: seeds }, (_, i) => i + 1) : [Number(only)];
    for (const seed of chosen) expect(report(seed, { ...optionsOf(seed), rules: someIgnored })).toBeUndefined();
  });
});

describe("a rule left out is noticed", () => {
  const noticed = (options: Partial<WorldOptions>): number | undefined => {
    for (let seed = 1; seed <= 300; seed++)
      if (run(stepsOf(seed, operations), { guests: 3, ...options }).length > 0) return seed;
    return undefined;
  };
  for (const rule of ["stop", "seen", "base", "version"] satisfies Rule[]) {
    test(rule, () => expect(noticed({ host: { ignore: new Set([rule]) } })).toBeDefined());
  }
  test("no conditions at the host", () => expect(noticed({ host: { conditions: false } })).toBeDefined());
  test("locks answered locally", () => expect(noticed({ localLocks: true })).toBeDefined());
});
