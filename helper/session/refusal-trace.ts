/** Test-only: writes every refusal of a guest's operation to a file, one line each: who, what, where, why. */
import { appendFileSync } from "node:fs";
import type { Decided, View } from "../replica/api.ts";
import type { PeerId } from "../replica/ids.ts";
import type { Op, Place, Submitted } from "../replica/op.ts";
import { shownPath } from "./timeline.ts";

export type RefusalTrace = (by: PeerId, submitted: Submitted, decided: Decided) => void;

export function createRefusalTrace(file: string, view: View): RefusalTrace {
  function whereOf(op: Op): string {
    if (op.t === "rename") return `${at(op.from)} → ${at(op.to)}`;
    if ("at" in op) return at(op.at);
    const path = view.pathOf("node" in op ? op.node : op.dir);
    return path === undefined ? "(no name)" : shownPath(path);
  }

  function at({ parent, name }: Place): string {
    return shownPath([...(view.pathOf(parent) ?? []), name]);
  }

  return (by, { op }, { ordered }) => {
    if (ordered?.t !== "refused") return;
    appendFileSync(
      file,
      `${Date.now()} guest ${by}: ${op.t} ${whereOf(op)}: ${ordered.reason} (${ordered.errno}), ${ordered.count} counted\n`,
    );
  };
}
