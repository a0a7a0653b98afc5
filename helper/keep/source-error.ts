/** The source, not the copy, is why this file did not come. */
export class SourceError extends Error {
  readonly path: string;
  /** `EIO`. */
  readonly code: string;
  constructor(path: string, code: string) {
    super(`${path}: ${code}`);
    this.path = path;
    this.code = code;
  }
}

/** Gone, or replaced, between two looks: the next pass sees what is true then. */
export function isVanished({ code }: SourceError): boolean {
  return code === "ENOENT" || code === "ENOTDIR" || code === "ESTALE" || code === "ELOOP";
}
