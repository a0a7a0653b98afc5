import type { Brand } from "./brand.ts";

/** A positive Linux errno number. The kernel is answered with its negative. */
export type Errno = Brand<number, "Errno">;

const numbers = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ERANGE: 34,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENODATA: 61,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ESTALE: 116,
  EDQUOT: 122,
} as const;

export type ErrnoName = keyof typeof numbers;

/** Errno by name: `errno.ENOENT`. */
export const errno = numbers as unknown as { readonly [name in ErrnoName]: Errno };

/** The errno of an error thrown by Node's fs (`code`), or EIO when it carries none this table knows. */
export function errnoOf(error: unknown): Errno {
  const code = (error as { code?: unknown } | null)?.code;
  return (typeof code === "string" && errno[code as ErrnoName]) || errno.EIO;
}
