/** The keeper: repacks, packs refs and gcs with the default grace, at each peer in turn, until its input ends. */
import type { Writer } from "./writer.ts";

const chores: readonly (readonly string[])[] = [
  ["pack-refs", "--all", "--prune"],
  ["repack", "-d", "-q"],
  ["pack-refs", "--all", "--prune"],
  ["gc", "-q"],
];

const packing = [["pack-refs", "--all", "--prune"]];

export async function keepHouse(
  writerAt: (root: string) => Writer,
  roots: readonly string[],
  onlyPacksRefs: boolean,
): Promise<void> {
  const work = onlyPacksRefs ? packing : chores;
  let ended = false;
  process.stdin.on("close", () => {
    ended = true;
  });
  process.stdin.resume();
  for (let round = 0; !ended; round += 1) {
    const root = roots[Math.floor(round / work.length) % roots.length];
    const chore = work[round % work.length];
    if (root === undefined || chore === undefined) return;
    const writer = writerAt(root);
    if (writer.over()) return;
    const ran = await writer.git(chore);
    if (ran.code === 0) writer.report({ t: "round" });
    if (!onlyPacksRefs) await writer.backOff();
  }
}
