import type { Errno } from "./errno.ts";

/** An expected outcome: a value, or the errno the caller is answered with. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errno: Errno };

/** What is answered from memory is a Result; what has to ask somebody is a promise of one. It never rejects. */
export type Answer<T> = Result<T> | Promise<Result<T>>;

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export const done: Result<void> = { ok: true, value: undefined };

export function fail(errno: Errno): { readonly ok: false; readonly errno: Errno } {
  return { ok: false, errno };
}
