import type { NodeId } from "../replica/ids.ts";
import { parse } from "./codec/bytes.ts";
import { readHolding } from "./codec/to-host.ts";
import { readNode } from "./codec/values.ts";

/** The nodes that one guest holds, as its frames say. Each answers what is wrong with the frame, if something is. */
export interface HeldNodes {
  one(body: Uint8Array, held: boolean): string | undefined;
  /** After a resume, in parts: what is held is exactly this. */
  all(body: Uint8Array): string | undefined;
  /** The connection that told parts is gone; the next one begins anew. */
  cut(): void;
}

const most = 2 ** 20;

/** `changed` is called once for each change. */
export function createHeldNodes(changed: (node: NodeId, held: boolean) => void): HeldNodes {
  const held = new Set<NodeId>();
  let told: NodeId[] = [];

  function set(node: NodeId, now: boolean): string | undefined {
    if (now === held.has(node)) return undefined;
    if (now && held.size >= most) return "too many nodes held";
    if (now) held.add(node);
    else held.delete(node);
    changed(node, now);
    return undefined;
  }

  return {
    one(body, now) {
      const node = parse(body, readNode);
      return node.ok ? set(node.value, now) : node.why;
    },
    all(body) {
      const part = parse(body, readHolding);
      if (!part.ok) return part.why;
      told = told.concat(part.value.nodes);
      if (told.length > most) return "too many nodes held";
      if (part.value.more) return undefined;
      const whole = new Set(told);
      told = [];
      for (const node of whole) set(node, true);
      for (const node of held) if (!whole.has(node)) set(node, false);
      return undefined;
    },
    cut: () => void (told = []),
  };
}
