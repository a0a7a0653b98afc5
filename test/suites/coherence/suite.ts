/** Does a colleague's work look like a local process's? The rows of GIT.md's table that live peers can show. */
import { describe } from "vitest";
import { useOpened } from "../../harness/opened.ts";
import { content } from "./content.ts";
import { crashes } from "./crashes.ts";
import { gitWork } from "./git-work.ts";
import { locking } from "./locking.ts";
import { metadata } from "./metadata.ts";
import { createDeclare, type OpenPeers } from "./peers.ts";
import { refs } from "./refs.ts";
import { watchers } from "./watchers.ts";

export function describeCoherence(name: string, open: OpenPeers): void {
  describe(`${name} are coherent`, () => {
    const declare = createDeclare(useOpened(open));
    describe("content", () => content(declare));
    describe("metadata", () => metadata(declare));
    describe("locking", () => locking(declare));
    describe("refs and objects", () => refs(declare));
    describe("git at work", () => gitWork(declare));
    describe("watchers", () => watchers(declare));
    // Last, because it ends a peer.
    describe("crashes", () => crashes(declare));
  });
}
