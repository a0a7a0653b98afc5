/** Between a file in this window and its path in the mount, which is the same for everybody. Pure. */
import type { Model } from "./state.ts";

export interface FileUri {
  readonly scheme: string;
  readonly fsPath: string;
}

/** `src/a.ts`; undefined: no file of the mount, or there is none. */
export function pathInMount(model: Model, { scheme, fsPath }: FileUri): string | undefined {
  if (model.t !== "attached" || scheme !== "file") return undefined;
  const root = `${model.state.status.mount}/`;
  return fsPath.startsWith(root) ? fsPath.slice(root.length) : undefined;
}
