/** A pair where `out/` and `*.log` are ignored and `.env` is hidden, and what a guest does there. */
import { expect } from "vitest";
import type { LocalOp, Performed } from "../../../helper/replica/api.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import type { PathRules } from "../../../helper/replica/path-rules.ts";
import { create, pair, type Pair } from "./pair.ts";
import { at, bytes, name, time } from "./rig.ts";

const out = name("out");
export const rules: PathRules = {
  isHidden: (each) => each === ".env",
  isIgnored: (path, kind) =>
    path.some((part, depth) => (part === out && (kind === "dir" || depth < path.length - 1)) || part.endsWith(".log")),
};

export const start = (): Pair => pair({ also: ["out/", "out/a.js", "out/sub/", "out/sub/b.js", "notes.log"], rules });

export function names(p: Pair, dir: NodeId): string[] {
  return p.guest
    .list(dir)
    .map((entry) => entry.name as string)
    .sort();
}

export function write(p: Pair, node: NodeId, text: string): Performed {
  return p.guest.write({ node, handle: 1, append: false }, 0, bytes(text), time(9));
}

export const mkdir = (p: Pair, parent: NodeId, text: string): LocalOp & { readonly node: NodeId } => ({
  t: "mkdir",
  at: at(parent, text),
  node: p.guest.newNode(at(parent, text)),
  mode: 0o755,
  time: time(5),
});

/** A file of the guest's own, told to nobody. */
export function make(p: Pair, parent: NodeId, text: string, content = ""): NodeId {
  const op = create(p, parent, text);
  const { node } = op as { readonly node: NodeId };
  done(p.guest.perform(op));
  if (content !== "") done(write(p, node, content));
  return node;
}

/** Here, and told to nobody. */
export function done(performed: Performed): void {
  expect(performed).toMatchObject({ t: "done", send: [] });
}
