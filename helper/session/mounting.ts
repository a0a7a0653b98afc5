import { mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import type { SessionClock } from "../base/ports.ts";
import type { Owner } from "../git/index-owner.ts";
import { chooseDriver } from "../mount/choose-driver.ts";
import type { Mounted } from "../mount/driver.ts";
import type { Workspace } from "../mount/workspace.ts";
import { type MountFailure, mountFailureSentence } from "../mountstep/failures.ts";
import type { DriverName, SessionEvent } from "./api.ts";
import { SessionError, type SessionErrorCode } from "./errors.ts";

/** Mounts, or rejects with what the user can do about it. */
export async function mountWorkspace(parts: {
  readonly driver: DriverName;
  readonly workspace: Workspace;
  readonly mountPoint: string;
  readonly owner: Owner;
  readonly clock: SessionClock;
  readonly readOnly: boolean;
  readonly emit: (event: SessionEvent) => void;
}): Promise<Mounted & { readonly driver: string }> {
  const driver = chooseDriver(parts.driver);
  const outcome = await driver.mount({
    workspace: parts.workspace,
    mountPoint: parts.mountPoint,
    fsName: "pairmount",
    owner: parts.owner,
    allowOther: process.getuid?.() === 0,
    readOnly: parts.readOnly,
    clock: parts.clock,
    onDefect: (error, during) =>
      parts.emit({ event: "warning", text: `defect during ${during}: ${(error as Error)?.stack ?? String(error)}` }),
  });
  if (!outcome.ok) throw new SessionError(codeOf(outcome.failure), mountFailureSentence(outcome.failure));
  return { ...outcome.value, driver: driver.name };
}

/** Whoever mounts owns everything in the mount (DESIGN "One stat everywhere"); tests may say otherwise. */
export function shownOwner(instead: Owner | undefined): Owner {
  return instead ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

function codeOf({ code }: MountFailure): SessionErrorCode {
  if (code === "no-right-to-mount" || code === "already-mounted")
    return code === "already-mounted" ? "already-shared" : code;
  if (code === "no-fuse-device" || code === "fuse-device-denied") return "no-fuse";
  return code.startsWith("mount-point") ? "mount-point" : "mount-failed";
}

/** A mount point that is there and empty; its parent, when made here, is for this user alone (FUSE.md "Mounting"). */
export function prepareMountPoint(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (readdirSync(path).length > 0)
      throw new SessionError("mount-point", `${path} is not empty: name another folder`);
  } catch (error) {
    throw error instanceof SessionError
      ? error
      : new SessionError("mount-point", `${path}: ${(error as Error).message}`);
  }
}
