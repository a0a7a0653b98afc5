/** `npm run duel -- [--kind KIND] [--commits N] [--peers N] [--delay MS] [--clock MS] [--driver D] [--field F] [--seed N]` */
import { parseArgs } from "node:util";
import { bindfsField } from "./bindfs.ts";
import { fightDuel } from "./duel.ts";
import { plainField, sessionField, type OpenField } from "./field.ts";
import { duelKinds, type DuelKind } from "./task.ts";
import { verdictToText } from "./verdict.ts";

const usage = `npm run duel -- [options]
  --kind K      commits (a), swaps (b), lines (c) or branches (d); default: all four, one after the other
  --commits N   acknowledged commits or swaps of all writers together (default 300)
  --peers N     host and guests (default 3)
  --delay MS    through a proxy, host to guest and back, with 40 % jitter
  --clock MS    the guests' clocks are this far off, alternately before and behind
  --driver D    kernel or fuse-native
  --field F     session (the built helpers, default), raw (and a writer in the host's real folder),
                plain (one directory, the control), bindfs (stale caches: loses commits)
  --break       locks answered locally, conditions off, host to guest delayed: loses commits
  --seed N      of the writers and the proxy
`;
const { values } = parseArgs({
  options: {
    kind: { type: "string" },
    commits: { type: "string", default: "300" },
    peers: { type: "string", default: "3" },
    delay: { type: "string" },
    clock: { type: "string" },
    driver: { type: "string" },
    field: { type: "string", default: "session" },
    break: { type: "boolean", default: false },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    help: { type: "boolean", default: false },
  },
});
if (values.help) process.stdout.write(usage);
else process.exitCode = (await fightAll()) ? 0 : 1;

async function fightAll(): Promise<boolean> {
  const commits = Number(values.commits);
  const seed = Number(values.seed);
  process.stdout.write(`seed ${seed}\n`);
  let good = true;
  for (const kind of chosenKinds()) {
    let reached = 0;
    const verdict = await fightDuel(chosenField(seed), {
      kind,
      commits,
      seed,
      limitMs: 120_000 + commits * 1000,
      onReport: (_, report) => {
        if (report.t !== "acknowledged") return;
        reached += 1;
        if (reached % Math.max(1, Math.floor(commits / 20)) === 0)
          process.stdout.write(`${kind}: ${reached} of ${commits}\n`);
      },
    });
    process.stdout.write(`${verdictToText(verdict)}\n`);
    good &&= verdict.good;
  }
  return good;
}

function chosenKinds(): readonly DuelKind[] {
  if (values.kind === undefined) return duelKinds;
  const kind = duelKinds.find((each, i) => each === values.kind || "abcd"[i] === values.kind);
  if (kind === undefined) throw new Error(`no duel of kind ${values.kind}\n${usage}`);
  return [kind];
}

function chosenField(seed: number): OpenField {
  const peers = Number(values.peers);
  if (values.field === "plain") return plainField(peers);
  if (values.field === "bindfs") return bindfsField(peers);
  const guests = peers - 1;
  const ms = Number(values.delay ?? (values.break ? 200 : 0));
  const delay = { ms, jitter: ms * 0.4 };
  const clock = Number(values.clock ?? 0);
  return sessionField(
    {
      guests,
      ...(values.driver === "kernel" || values.driver === "fuse-native" ? { driver: values.driver } : {}),
      ...(ms > 0 ? { proxy: { seed, toGuest: delay, ...(values.break ? {} : { toHost: delay }) } } : {}),
      ...(clock === 0 ? {} : { clocksMs: Array.from({ length: guests }, (_, i) => (i % 2 === 0 ? clock : -clock)) }),
      ...(values.break ? { breakGuests: "local-locks", breakHost: "no-conditions" } : {}),
    },
    values.field === "raw",
  );
}
