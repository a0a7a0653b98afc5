/** Random operations sent to the target and to a plain directory must answer the same at every step. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../harness/random.ts";
import type { OpenTarget } from "../conformance/target.ts";
import { randomOperations, type Operation } from "./operation.ts";
import { Differential, type Divergence } from "./run.ts";

const shrinkMs = 30_000;

export interface DifferentialOptions {
  /** SEED= overrides. */
  readonly seed?: number;
  readonly operations?: number;
}

export function describeDifferential(name: string, open: OpenTarget, options: DifferentialOptions = {}): void {
  const count = options.operations ?? 20_000;
  describe(`${name} against a plain directory`, () => {
    it(`${count} random operations answer the same`, async () => {
      const seed = Number(process.env["SEED"] ?? options.seed ?? Date.now() % 1_000_000);
      process.stdout.write(`differential seed ${seed} (set SEED to replay)\n`);
      const target = await open();
      const reference = mkdtempSync(join(tmpdir(), "pairmount-reference-"));
      try {
        const operations = randomOperations(createRandom(seed), count);
        const differential = new Differential(reference, target.dir);
        const divergence = differential.run(operations);
        if (divergence === undefined) return;
        const shortest = differential.shrink(operations, divergence.step, Date.now() + shrinkMs);
        expect.fail(report(seed, divergence, operations, shortest));
      } finally {
        rmSync(reference, { recursive: true, force: true });
        await target.close();
      }
    }, 240_000);
  });
}

function report(
  seed: number,
  divergence: Divergence,
  all: readonly Operation[],
  shortest: readonly Operation[],
): string {
  const text = (operations: readonly Operation[]): string =>
    operations.map((one) => `  ${JSON.stringify(one)}`).join("\n");
  return [
    `seed ${seed}, step ${divergence.step}: ${JSON.stringify(divergence.operation)}`,
    `expected ${divergence.expected}`,
    `answered ${divergence.actual}`,
    `last steps:\n${text(all.slice(Math.max(0, divergence.step - 12), divergence.step + 1))}`,
    `shrunk to ${shortest.length}:\n${text(shortest.slice(-60))}`,
  ].join("\n");
}
