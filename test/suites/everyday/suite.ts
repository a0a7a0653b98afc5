/**
 * An ordinary week with git in the shared folder, once by each peer. After every step all peers have the same HEAD, refs,
 * index and status, and the same bytes in every file.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixtureRepository } from "../../harness/fixture/repository.ts";
import type { GitAt } from "../../harness/git.ts";
import { differences, surveyAll } from "../../harness/survey.ts";
import type { EverydayField, OpenEveryday } from "./field.ts";
import { everydaySteps, type StepContext } from "./steps.ts";

const mostMegabytes = 400;

export function describeEveryday(name: string, open: OpenEveryday, actors: readonly string[]): void {
  describe(`everyday git on ${name}`, () => {
    let field: EverydayField | undefined;
    let fixture = "";
    const times: { readonly title: string; readonly ms: number }[] = [];
    beforeAll(async () => {
      fixture = (await fixtureRepository()).bare;
      field = await open();
    });
    afterAll(async () => await field?.close());
    afterAll(() =>
      process.stdout.write(`${timetable(name, times)}memory at the end: ${field?.memory().join(" MB, ")} MB\n`),
    );

    describe.each(actors.map((actor, i) => ({ actor, i })))("done by $actor", ({ actor, i }) => {
      for (const step of everydaySteps) {
        it(step.title, async () => {
          if (field === undefined) throw new Error("the field did not open");
          const context = contextOf(field, i, actor, fixture);
          const begun = performance.now();
          await step.run(context);
          times.push({ title: `${actor}: ${step.title}`, ms: performance.now() - begun });
          await expectAgreement([context.at, ...context.others]);
        });
      }
    });

    /** Finds what grows with use. A week leaves 20 MB alive; the rest, 150 to 250 MB in all, is what V8 has not collected yet. */
    it(`leaves no helper with more than ${mostMegabytes} MB of memory`, () => {
      const memory = field?.memory() ?? [];
      for (const megabytes of memory) expect(megabytes).toBeLessThanOrEqual(mostMegabytes);
    });
  });
}

function contextOf(field: EverydayField, actor: number, title: string, fixture: string): StepContext {
  const clones = field.peers.map(({ name, root }) => ({ name, root: join(root, `week-${actor}`) }));
  const at = clones[actor];
  if (at === undefined) throw new Error(`no peer for ${title}`);
  const outside = join(field.outside, `outside-${actor}`);
  mkdirSync(outside, { recursive: true });
  const received = (peer: GitAt): number | undefined => field.received(peer);
  return { at, others: clones.filter((clone) => clone !== at), fixture, outside, received };
}

async function expectAgreement(clones: readonly GitAt[]): Promise<void> {
  const [first, ...others] = await surveyAll(clones, { depth: "quick", settleMs: 20_000 });
  if (first === undefined) throw new Error("nobody was asked");
  for (const other of others) expect(differences(first, other)).toEqual([]);
  expect(first.locks).toEqual([]);
}

/** How long the steps took by themselves, without the comparison of the peers: to be held against the plain directory's. */
function timetable(name: string, times: readonly { readonly title: string; readonly ms: number }[]): string {
  const lines = times.map(({ title, ms }) => `${ms.toFixed(0).padStart(8)} ms  ${title}\n`);
  return `\neveryday git on ${name}, step by step\n${lines.join("")}`;
}
