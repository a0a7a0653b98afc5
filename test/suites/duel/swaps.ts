/**
 * All peers compare-and-swap one ref with `update-ref NEW OLD`, each new commit a child of the old one. A swap that git
 * acknowledged stays an ancestor of the ref for ever: one that is not reachable was overwritten by somebody who believed
 * in an older value.
 */
import { counterRef } from "./task.ts";
import type { Writer } from "./writer.ts";

export async function writeSwaps(writer: Writer): Promise<void> {
  let reached = 0;
  for (let attempt = 0; reached < writer.quota && !writer.over(); attempt += 1) {
    const old = await writer.insist(["rev-parse", counterRef]);
    if (old === undefined) return;
    const message = `${writer.name} ${attempt}`;
    const next = await writer.insist(["commit-tree", "-p", old, "-m", message, `${old}^{tree}`]);
    if (next === undefined) return;
    const ran = await writer.git(["update-ref", counterRef, next, old]);
    if (ran.code === 0) {
      writer.report({ t: "acknowledged", hash: next });
      writer.proceed();
      reached += 1;
    } else {
      if (ran.err === "") writer.report({ t: "unexplained", text: `git update-ref: exit ${ran.code}: ${ran.out}` });
      await writer.backOff();
    }
  }
}
