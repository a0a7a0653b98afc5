/**
 * A process that serves a memory workspace through the real kernel: `node memory-mount-main.mjs DIR`. Lines in are commands of
 * a peer (JSON arrays), each answered by one line of JSON; it unmounts and ends when stdin ends.
 */
import { createInterface } from "node:readline";
import { mustFileName } from "../../helper/base/name.ts";
import { kernelDriver } from "../../helper/mount/kernel-driver.ts";
import type { NodeId, Place } from "../../helper/mount/workspace.ts";
import { rootNode } from "../../helper/replica/ids.ts";
import { MemoryWorkspace } from "./memory-workspace.ts";

const workspace = new MemoryWorkspace();
const outcome = await kernelDriver.mount({
  workspace,
  mountPoint: process.argv[2] ?? "",
  fsName: "memory",
  owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  allowOther: false,
  readOnly: process.argv[3] === "read-only",
  clock: { now: () => ({ sec: Math.floor(Date.now() / 1000), nsec: 0 }) },
  onDefect: (error, during) => console.log(JSON.stringify({ defect: `${during}: ${String(error)}` })),
});
if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
const mounted = outcome.value;
let keepGate = (): void => {};

const commands: Record<string, (...args: string[]) => unknown> = {
  create: (path = "", text = "", mode = "644") =>
    workspace.remote.create(placeOf(path), text, Number.parseInt(mode, 8)),
  mkdir: (path = "") => workspace.remote.mkdir(placeOf(path)),
  write: (path = "", text = "") => workspace.remote.write(nodeOf(path), text),
  remove: (path = "") => workspace.remote.remove(placeOf(path)),
  rename: (from = "", to = "") => workspace.remote.rename(placeOf(from), placeOf(to)),
  text: (path = "") => workspace.text(nodeOf(path)),
  stats: () => mounted.stats(),
  barrier: () => workspace.invalidated(),
  /** From now on these calls wait until `open`. */
  close: (call = "") => {
    const gate = new Promise<void>((resolve) => (keepGate = resolve));
    workspace.gate = (asked) => (asked === call ? gate : undefined);
  },
  open: () => {
    workspace.gate = () => undefined;
    keepGate();
  },
};

function placeOf(path: string): Place {
  const parts = path.split("/").map(mustFileName);
  const name = parts.pop() ?? mustFileName("missing");
  let parent: NodeId = rootNode;
  for (const part of parts) parent = workspace.lookup({ parent, name: part }) ?? parent;
  return { parent, name };
}

function nodeOf(path: string): NodeId {
  const node = workspace.lookup(placeOf(path));
  if (node === undefined) throw new Error(`no ${path}`);
  return node;
}

console.log(JSON.stringify({ mounted: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const [command = "", ...args] = JSON.parse(line) as string[];
  const result = await commands[command]?.(...args);
  console.log(JSON.stringify({ result: result ?? null }));
}
await mounted.dispose();
console.log(JSON.stringify({ ended: true }));
