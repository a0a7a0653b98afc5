/**
 * Where READDIR resumes. A cookie belongs to a name of a directory for as long as the kernel knows the directory, so it
 * survives deletions, other handles and a listing served half from the kernel's page cache (readdir(3): an entry neither
 * added nor removed since opendir appears exactly once).
 */
import type { FileName } from "../base/name.ts";

/** 1 and 2 are `.` and `..`; offset 0 is the start. */
const firstCookie = 3;

export class Cookies {
  #next = firstCookie;
  #byName = new Map<FileName, number>();

  of(name: FileName): number {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const cookie = this.#next++;
    this.#byName.set(name, cookie);
    return cookie;
  }

  /** Lets names go that are no more, once they outnumber the living. */
  prune(living: readonly { readonly name: FileName }[]): void {
    if (this.#byName.size <= 2 * living.length + 64) return;
    const kept = new Map<FileName, number>();
    for (const { name } of living) {
      const cookie = this.#byName.get(name);
      if (cookie !== undefined) kept.set(name, cookie);
    }
    this.#byName = kept;
  }
}
