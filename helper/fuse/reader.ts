/** How requests come off the descriptor; two implementations (pipe-reader.ts, fs-reader.ts). */
export interface Reader {
  /** Stops for good and closes the descriptor, which both implementations own. */
  stop(): void;
}

export interface ReaderEvents {
  /** One whole request of `length` bytes stands in the message buffer; it may be overwritten after return. */
  message(length: number): void;
  /** Nothing more will come: unmounted or aborted (`undefined`), or reading failed for good. */
  ended(failure: Error | undefined): void;
}

/** What a failed read means. EINTR, EAGAIN, ENOENT (request withdrawn while it was read): read again. ENODEV: unmounted. ECONNABORTED: aborted (ABORT_ERROR). */
export function meaningOfReadError(code: string): "again" | "ended" | "broken" {
  switch (code) {
    case "EINTR":
    case "EAGAIN":
    case "ENOENT":
      return "again";
    case "ENODEV":
    case "ECONNABORTED":
      return "ended";
    default:
      return "broken";
  }
}

/** So many failures in a row, and reading again is a busy loop. */
export const failuresInARow = 64;
