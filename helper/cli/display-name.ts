/** How this user is shown to the others, when nothing else was said. */
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";

/** git's user.name as configured in `folder`, else the login name. */
export async function displayName(folder: string): Promise<string> {
  // git ends with 1 when the key is not set, 128 when the folder is none; a machine without git has no user.name.
  const asked = await promisify(execFile)("git", ["config", "user.name"], { cwd: folder }).catch(() => undefined);
  return asked?.stdout.trim() || loginName();
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // ENOENT: a uid without an entry in /etc/passwd, as containers have.
    return `user ${process.getuid?.() ?? ""}`.trim();
  }
}
