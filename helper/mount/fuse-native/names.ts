/** Paths as fuse-native gives them (UTF-8 text) and names as the workspace keeps them (bytes, latin1 units). */
import { errno, type Errno } from "../../base/errno.ts";
import { parseFileName, type FileName } from "../../base/name.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { rootNode } from "../../replica/ids.ts";
import type { NodeId, Place, Workspace } from "../workspace.ts";

/** What N-API puts for bytes that are no UTF-8: the name itself is lost. */
const replacement = "\ufffd";
const ascii = /^[\x01-\x7f]*$/;

/** `é` → the two units `\u00c3\u00a9`. Undefined if the bytes were not UTF-8. */
export function bytesOf(text: string): string | undefined {
  if (ascii.test(text)) return text;
  return text.includes(replacement) ? undefined : Buffer.from(text, "utf8").toString("latin1");
}

/** The text fuse-native must be given for these bytes, or undefined: there is none. */
export function textOf(latin1: string): string | undefined {
  if (ascii.test(latin1)) return latin1;
  const text = Buffer.from(latin1, "latin1").toString("utf8");
  return bytesOf(text) === latin1 ? text : undefined;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Where a path's last name is, there or not. The kernel walks the path itself: what lies before is a directory. */
export function placeAt(workspace: Workspace, path: string): Result<Place> {
  const names = path.split("/");
  const last = parseName(names[names.length - 1] ?? "");
  if (typeof last === "number") return fail(last);
  let parent: NodeId = rootNode;
  for (let i = 1; i < names.length - 1; i++) {
    const name = parseName(names[i] ?? "");
    const below = typeof name === "number" ? undefined : workspace.lookup({ parent, name });
    if (below === undefined) return fail(errno.ENOENT);
    parent = below;
  }
  return ok({ parent, name: last });
}

/** Node of a path. A name that cannot be told is not there. */
export function nodeAt(workspace: Workspace, path: string): Result<NodeId> {
  if (path === "/") return ok(rootNode);
  const at = placeAt(workspace, path);
  if (!at.ok) return at.errno === errno.EINVAL ? fail(errno.ENOENT) : at;
  const node = workspace.lookup(at.value);
  return node === undefined ? fail(errno.ENOENT) : ok(node);
}

function parseName(text: string): FileName | Errno {
  const bytes = bytesOf(text);
  if (bytes === undefined) return errno.EINVAL;
  return parseFileName(bytes) ?? (bytes.length > 255 ? errno.ENAMETOOLONG : errno.EINVAL);
}
