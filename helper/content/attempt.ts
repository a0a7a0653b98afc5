import { errnoOf, type Errno, type ErrnoName } from "../base/errno.ts";

/** The errno of a failed system call, undefined if all went well; anything else thrown is a defect and goes on. */
export function attempt(call: () => void): Errno | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== "string") throw error;
    return errnoOf(error);
  }
}

/** An error as a system call would throw it. */
export function failure(code: ErrnoName, message: string): Error {
  return Object.assign(new Error(message), { code });
}
