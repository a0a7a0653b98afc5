/** One line of a reflog (`logs/HEAD`, `logs/refs/**`). */
export interface ReflogLine {
  /** Object names, 40 or 64 hex digits; all zeros where there was or is none. */
  readonly old: string;
  readonly new: string;
  readonly name: string;
  readonly mail: string;
  /** Seconds since 1970. */
  readonly when: number;
  /** What git was doing, up to the first colon: `commit (amend)`, `rebase (pick)`, `checkout`. */
  readonly action: string;
  /** The rest: the commit's subject, or `moving from a to b`. */
  readonly message: string;
}

// refs/files-backend.c log_ref_write_fd: "%s %s %s\t%s\n", old, new, ident with time and zone, message; the tab and message may be missing.
const pattern =
  /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([^<]*?) ?<([^>]*)> (\d{1,15}) [+-]\d{4}(?:\t(.*))?$/;

/** Undefined for anything else: a reflog is a file that anybody may write. */
export function parseReflogLine(line: string): ReflogLine | undefined {
  const match = pattern.exec(line);
  if (match === null) return undefined;
  const [, old = "", now = "", name = "", mail = "", when = "", text = ""] = match;
  const colon = text.indexOf(": ");
  const action = colon < 0 ? text : text.slice(0, colon);
  return { old, new: now, name, mail, when: Number(when), action, message: colon < 0 ? "" : text.slice(colon + 2) };
}

export function isNull(hash: string): boolean {
  return /^0+$/.test(hash);
}
