/**
 * A workspace in memory served by the fuse-native driver, as a child process of tests. Argument: the mount point. Prints
 * `mounted` or `failed CODE SENTENCE`. Each line of JSON on stdin is a call, each answer one line of JSON.
 */
import { createInterface } from "node:readline";
import { mustFileName } from "../../helper/base/name.ts";
import { chooseDriver } from "../../helper/mount/choose-driver.ts";
import type { NodeId, Place } from "../../helper/mount/workspace.ts";
import { mountFailureSentence } from "../../helper/mountstep/failures.ts";
import { rootNode } from "../../helper/replica/ids.ts";
import { MemoryWorkspace } from "./memory-workspace.ts";

const [mountPoint = ""] = process.argv.slice(2);
const workspace = new MemoryWorkspace();
/** Calls that are to wait for ever: what a lost host looks like. */
const stuck = new Set<string>();
workspace.gate = (call) => (stuck.has(call) ? new Promise(() => {}) : undefined);

const outcome = await chooseDriver("fuse-native").mount({
  workspace,
  mountPoint,
  fsName: "in memory, with a comma",
  owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  allowOther: true,
  readOnly: process.argv.includes("--read-only"),
  clock: { now: () => ({ sec: Math.floor(Date.now() / 1000), nsec: 0 }) },
  onDefect: (error, during) => process.stderr.write(`defect during ${during}: ${String((error as Error).stack)}\n`),
});
if (!outcome.ok) {
  process.stdout.write(`failed ${outcome.failure.code} ${mountFailureSentence(outcome.failure)}\n`);
  process.exit(3);
}
const mounted = outcome.value;
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(JSON.parse(line) as Call));
void mounted.ended.then(() => lines.close());
process.stdout.write("mounted\n");

export type Call =
  | { readonly call: "write"; readonly name: string; readonly text: string }
  | { readonly call: "create"; readonly name: string; readonly text: string }
  | { readonly call: "replace"; readonly name: string; readonly text: string }
  | { readonly call: "remove"; readonly name: string }
  | { readonly call: "names" }
  | { readonly call: "stick"; readonly what: string }
  | { readonly call: "stats" }
  | { readonly call: "dispose" };

async function answer(call: Call): Promise<void> {
  const result = await perform(call);
  process.stdout.write(`${JSON.stringify(result ?? null)}\n`);
}

async function perform(call: Call): Promise<unknown> {
  switch (call.call) {
    case "write":
      return workspace.remote.write(workspace.lookup(at(call.name)) as NodeId, call.text);
    case "create":
      return workspace.remote.create(at(call.name), call.text);
    case "replace":
      return workspace.remote.replace(at(call.name), call.text);
    case "remove":
      return workspace.remote.remove(at(call.name));
    case "names":
      return workspace.list(rootNode).map(({ name }) => name);
    case "stick":
      return void stuck.add(call.what);
    case "stats":
      return { ...mounted.stats(), forgotten: workspace.forgotten.length, released: workspace.released.length };
    case "dispose":
      return await mounted.dispose();
  }
}

function at(name: string): Place {
  return { parent: rootNode, name: mustFileName(name) };
}
