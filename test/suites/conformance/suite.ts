/** Does a file system behave as POSIX and Linux promise? The same tests on every driver, and on ext4 as their control. */
import { describe, expect, it } from "vitest";
import { useOpened } from "../../harness/opened.ts";
import { attributes } from "./attributes.ts";
import { creation } from "./creation.ts";
import { data } from "./data.ts";
import { createDeclare, type Exceptions, type Family } from "./family.ts";
import { links } from "./links.ts";
import { listings } from "./listings.ts";
import { locks } from "./locks.ts";
import { maps } from "./maps.ts";
import { names } from "./names.ts";
import { openFiles } from "./open-files.ts";
import { permissions } from "./permissions.ts";
import { programs } from "./programs.ts";
import { renames } from "./renames.ts";
import { sizes } from "./sizes.ts";
import { special } from "./special.ts";
import { syncing } from "./syncing.ts";
import type { OpenTarget } from "./target.ts";
import { times } from "./times.ts";

const families: Readonly<Record<string, Family>> = {
  names,
  attributes,
  data,
  maps,
  links,
  renames,
  "open files": openFiles,
  sizes,
  times,
  creation,
  syncing,
  listings,
  permissions,
  "special files and refusals": special,
  locks,
  programs,
};

export function describeConformance(name: string, open: OpenTarget, exceptions: Exceptions = {}): void {
  describe(`${name} conforms`, () => {
    const seen = new Set<string>();
    const declare = createDeclare(useOpened(open), exceptions, seen);
    for (const [family, tests] of Object.entries(families)) describe(family, () => tests(declare));
    it("every exception names a test", () => {
      expect(Object.keys(exceptions).filter((title) => !seen.has(title))).toEqual([]);
    });
  });
}
