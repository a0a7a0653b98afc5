import { copyFileSync, constants, linkSync, renameSync, rmSync } from "node:fs";

/** One more name for the file `from`: `to`, in the place of what is there, at no moment nothing. Across file systems a copy. Throws what link(2) throws. */
export function linkOrCopy(from: string, to: string): void {
  const code = tryLink(from, to);
  if (code === undefined) return;
  const fresh = `${to}.new`;
  rmSync(fresh, { force: true });
  if (tryLink(from, fresh) !== undefined) copyFileSync(from, fresh, constants.COPYFILE_FICLONE);
  renameSync(fresh, to);
  // rename(2) leaves both where they are the same file already.
  rmSync(fresh, { force: true });
}

/** File systems without links, with all the links they can have, or another one. */
const uncrossable = new Set(["EXDEV", "EMLINK", "EPERM", "ENOTSUP", "EOPNOTSUPP"]);

function tryLink(from: string, to: string): string | undefined {
  try {
    linkSync(from, to);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && (code === undefined || !uncrossable.has(code))) throw error;
    return code;
  }
}
