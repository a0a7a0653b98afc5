/** The duels as a suite: on any field all four are good. Sizes are CI's. */
import { describe, expect, it } from "vitest";
import { fightDuel } from "./duel.ts";
import type { OpenField } from "./field.ts";
import { duelKinds, type DuelKind } from "./task.ts";
import { verdictToText } from "./verdict.ts";

const sizes: Readonly<Record<DuelKind, number>> = { commits: 300, swaps: 300, lines: 150, branches: 150 };
const titles: Readonly<Record<DuelKind, string>> = {
  commits: "every commit that git acknowledged on one shared branch is reachable on every peer",
  swaps: "every compare-and-swap of one ref that git acknowledged is in its history on every peer",
  lines: "every line in a commit -a that git acknowledged is in the final files of every peer",
  branches: "every commit on own branches survives repack, pack-refs and gc by another",
};

export interface DuelSuiteOptions {
  readonly kinds?: readonly DuelKind[];
  readonly commits?: number;
  readonly limitMs?: number;
  /** Faults that the field is known for, and README tells of; lost work is never one. They are printed. */
  readonly known?: RegExp;
}

export function describeDuels(name: string, open: OpenField, options: DuelSuiteOptions = {}): void {
  describe(`duels on ${name}`, () => {
    for (const kind of options.kinds ?? duelKinds) {
      it(titles[kind], async () => {
        const commits = options.commits ?? sizes[kind];
        const verdict = await fightDuel(open, { kind, commits, seed: newSeed(), limitMs: options.limitMs ?? 240_000 });
        process.stdout.write(`${name}, ${verdictToText(verdict)}\n`);
        const unknown = verdict.faults.filter((fault) => options.known?.test(fault) !== true);
        expect([verdict.lost, unknown], verdictToText(verdict)).toEqual([[], []]);
      });
    }
  });
}

/** A race may be won by luck once; one that is never lost in this many fights shows nothing. */
const rounds = 4;

/** A field that is broken on purpose must lose what git acknowledged, or the duel proves nothing. */
export function describeLosing(name: string, open: OpenField, kinds: readonly DuelKind[]): void {
  describe(`duels on ${name}`, () => {
    for (const kind of kinds) {
      it(`the ${kind} duel finds acknowledged work lost`, async () => {
        const told: string[] = [];
        let lost = 0;
        for (let round = 0; round < rounds && lost === 0; round += 1) {
          const options = { kind, commits: 90, seed: newSeed(), limitMs: 25_000, settleMs: 3000, onlyPacksRefs: true };
          const verdict = await fightDuel(open, options);
          lost += verdict.lost.length;
          told.push(`${name}, ${verdictToText(verdict)}`);
          process.stdout.write(`${told.at(-1)}\n`);
        }
        expect(lost, told.join("\n")).toBeGreaterThan(0);
      });
    }
  });
}

function newSeed(): number {
  const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
  process.stdout.write(`seed ${seed} (set SEED to choose)\n`);
  return seed;
}
