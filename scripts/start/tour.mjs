// Performs the tour and prints its table. True when every row held.
import { tourSteps } from "./tour-steps.mjs";

export async function runTour(sides, say) {
  const rows = [];
  for (const step of tourSteps(sides)) {
    say(`… ${step.name}`);
    const begun = performance.now();
    try {
      const seen = await step.run();
      rows.push({ name: step.name, ms: performance.now() - begun, seen });
    } catch (error) {
      rows.push({ name: step.name, ms: performance.now() - begun, failure: error.message });
    }
  }
  say(table(rows));
  return rows.every((row) => row.failure === undefined);
}

function table(rows) {
  const width = Math.max(...rows.map((row) => row.name.length));
  const lines = rows.map(({ name, ms, seen, failure }) => {
    const there = seen === undefined ? "" : figure(seen);
    const line = `${failure === undefined ? "✓" : "✗"}  ${name.padEnd(width)}  ${figure(ms).padStart(10)}  ${there.padStart(16)}`;
    return failure === undefined ? line : `${line}\n   ${failure.replaceAll("\n", "\n   ")}`;
  });
  const held = rows.filter((row) => row.failure === undefined).length;
  const title = `   ${"shown".padEnd(width)}  ${"took".padStart(10)}  ${"other side after".padStart(16)}`;
  return ["", title, ...lines, "", `${held} of ${rows.length} rows held`].join("\n");
}

function figure(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`;
}
