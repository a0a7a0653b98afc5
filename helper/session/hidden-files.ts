import type { FileName } from "../base/name.ts";
import { rootNode, type NodeId } from "../replica/ids.ts";
import { pathBelow, type RulesTree } from "./rules-sources.ts";

/** What of a tree is hidden now (R-HIDE): paths for display, `/`-separated, UTF-8, sorted. A hidden directory stands for all that is in it. */
export function hiddenFiles(tree: RulesTree, isHidden: (name: FileName) => boolean): string[] {
  const found: string[] = [];
  const open: { readonly id: NodeId; readonly dir: string }[] = [{ id: rootNode, dir: "" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { name, node } of tree.list(next.id)) {
      const path = pathBelow(next.dir, name);
      const isDirectory = tree.kindOf(node) === "dir";
      if (isHidden(name)) found.push(`${path}${isDirectory ? "/" : ""}`);
      else if (isDirectory && !name.endsWith(".git")) open.push({ id: node, dir: path });
    }
  }
  return found.map((path) => Buffer.from(path, "latin1").toString("utf8")).sort();
}
