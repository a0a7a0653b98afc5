/** Which folder can be shared, and mounted where: told before anything is opened. */
import { realpathSync, statSync } from "node:fs";
import { isOurs, type MountLine } from "../mountstep/mountinfo.ts";
import { SessionError } from "./errors.ts";

/** Its real path. Throws SessionError. */
export function folderToShare(path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new SessionError("folder-missing", `${path} (${(error as Error).message})`);
  }
  throw new SessionError("folder-missing", path);
}

/**
 * Throws SessionError where a mount and what it serves would lie in each other. `own`: folders in which this helper keeps its key, its
 * sockets and its stores: it would wait for its own mount, and guests could read them. `mounts` as mountinfo has them.
 */
export function mustLieApart(
  { folder, mount }: { readonly folder: string; readonly mount: string },
  { own, mounts }: { readonly own: readonly string[]; readonly mounts: readonly MountLine[] },
): void {
  const kept = own.find((path) => path === folder || isBelow(path, folder));
  if (kept !== undefined)
    throw new SessionError(
      "mount-point",
      `Pairmount keeps its own files in ${kept}: share a folder that they are not in`,
    );
  if (isBelow(mount, folder)) throw new SessionError("mount-point", `${mount} lies in the folder that is to be shared`);
  for (const line of mounts) {
    if (!isOurs(line)) continue;
    const other = Buffer.from(line.mountPoint, "latin1").toString("utf8");
    if (isBelow(folder, other))
      throw new SessionError("already-shared", `it lies in ${other}, which Pairmount has mounted`);
    if (isBelow(other, folder))
      throw new SessionError(
        "already-shared",
        `Pairmount has mounted ${other} in it; \`pairmount leave ${other}\` ends that`,
      );
  }
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder === "/" ? folder : `${folder}/`);
}
