/** Each peer commits on a branch of its own, with plumbing and an index of its own in the shared git dir. */
import { ownFile } from "./task.ts";
import type { Writer } from "./writer.ts";

export async function writeBranches(writer: Writer): Promise<void> {
  const branch = `refs/heads/own-${writer.name}`;
  const env = { GIT_INDEX_FILE: `.git/index.${writer.name}` };
  let tip = await writer.insist(["rev-parse", "refs/heads/main"]);
  if (tip === undefined || (await writer.insist(["read-tree", tip], { env })) === undefined) return;
  let old = "0".repeat(40);
  for (let reached = 0; reached < writer.quota && !writer.over(); reached += 1) {
    const text = `${writer.name} ${reached}\n`;
    const blob = await writer.insist(["hash-object", "-w", "--stdin"], { input: text });
    if (blob === undefined) return;
    await writer.insist(["update-index", "--add", "--cacheinfo", `100644,${blob},${ownFile(writer.name)}`], { env });
    const tree = await writer.insist(["write-tree"], { env });
    if (tree === undefined) return;
    const next: string | undefined = await writer.insist(["commit-tree", "-p", tip, "-m", text, tree]);
    if (next === undefined || (await writer.insist(["update-ref", branch, next, old])) === undefined) return;
    writer.report({ t: "acknowledged", hash: next });
    writer.proceed();
    tip = old = next;
  }
}
