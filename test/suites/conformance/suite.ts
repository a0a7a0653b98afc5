/** Does a file system behave as POSIX and Linux promise? The same tests on every driver, and on ext4 as their control. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
import type { OpenTarget, Target } from "./target.ts";
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
    let opened: Target | undefined;
    beforeAll(async () => {
      opened = await open();
    }, 120_000);
    afterAll(async () => {
      await opened?.close();
    }, 120_000);
    const target = (): Target => {
      if (opened === undefined) throw new Error("the target did not open");
      return opened;
    };
    const seen = new Set<string>();
    const declare = createDeclare(target, exceptions, seen);
    for (const [family, tests] of Object.entries(families)) describe(family, () => tests(declare));
    it("every exception names a test", () => {
      expect(Object.keys(exceptions).filter((title) => !seen.has(title))).toEqual([]);
    });
  });
}
