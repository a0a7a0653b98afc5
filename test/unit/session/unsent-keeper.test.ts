/** R-UNSENT: a guest that is killed while its host does not answer. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openGuestCache } from "../../../helper/content/guest-cache.ts";
import { openRecoveryStore } from "../../../helper/content/recovery-store.ts";
import { rootNode, type NodeId } from "../../../helper/replica/ids.ts";
import type { SessionEvent } from "../../../helper/session/api.ts";
import { startUnsentKeeper } from "../../../helper/session/unsent-keeper.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";
import { create, pair } from "../replica/pair.ts";
import { bytes, time } from "../replica/rig.ts";

let base: string;
let sessions = 0;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "pm-unsent-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const folder = (): string => join(base, "recovered", "unsent");
const left = (): readonly string[] => (existsSync(folder()) ? readdirSync(folder()) : []);

function joined() {
  const p = pair();
  const cache = openGuestCache(join(base, `cache-${++sessions}`));
  const recovery = openRecoveryStore(join(base, "recovered"));
  const timers = fakeTimers();
  const told: SessionEvent[] = [];
  const { guest: replica } = p;
  const keeper = startUnsentKeeper({
    replica,
    cache,
    recovery,
    folder: folder(),
    who: "ben",
    clock: { now: () => time(9) },
    timers,
    emit: (event) => void told.push(event),
  });
  const unsent: Parameters<typeof p.up>[0][] = [];
  return {
    recovery,
    told,
    keeper,
    write(name: string, text: string): NodeId {
      const made = create(p, rootNode, name);
      if (made.t !== "create") throw new Error("no create");
      unsent.push(replica.perform(made));
      cache.ensure(made.node, 0);
      unsent.push(replica.write({ node: made.node, handle: 1, append: false }, 0, bytes(text), time(6)).send);
      cache.write(made.node, 0, bytes(text));
      unsent.push(replica.endBurst("all"));
      return made.node;
    },
    append(node: NodeId, text: string): void {
      cache.write(node, replica.node(node)?.size ?? 0, bytes(text));
    },
    /** The host answers all that waits. */
    settle(): void {
      for (const each of unsent.splice(0)) p.up(each);
      p.receive();
    },
    look: () => timers.advance(1000),
    /** SIGKILL: the lock names a process that is not there. */
    killed(): void {
      cache.dispose();
      for (const name of left()) writeFileSync(join(folder(), name, "lock"), "1 none");
    },
  };
}

/** Nothing was decided between two looks. */
async function isKept({ look }: { readonly look: () => void }): Promise<void> {
  look();
  look();
  await vi.waitFor(() => expect(readdirSync(join(folder(), left()[0] ?? ""))).toContain("index"));
}

test("what waits for the host is recovered by the next session, with the bytes that were written last", async () => {
  const first = joined();
  const node = first.write("new.txt", "of new");
  await isKept(first);
  first.append(node, ", and more");
  first.killed();
  const second = joined();
  expect(second.told).toEqual([{ event: "recovered", path: "new.txt", reason: "unsent", id: "1" }]);
  expect(second.recovery.list()).toMatchObject([{ path: ["new.txt"], who: "ben", reason: "unsent", size: 16 }]);
  expect(Buffer.from((second.recovery.read(1) as { value: Uint8Array }).value).toString()).toBe("of new, and more");
  expect(left()).toEqual([]);
  expect(joined().told).toEqual([]);
});

test("what the host decides within moments is written nowhere", async () => {
  const first = joined();
  first.write("a", "of a");
  first.look();
  first.settle();
  first.look();
  first.write("b", "of b");
  await first.keeper.dispose();
  expect(left()).toEqual([]);
});

test("what the host decides later is kept no more, nor what is abandoned at an orderly end", async () => {
  const first = joined();
  first.write("a", "of a");
  await isKept(first);
  first.settle();
  first.look();
  await vi.waitFor(() => expect(left()).toEqual([]));
  first.write("b", "of b");
  first.look();
  first.look();
  await vi.waitFor(() => expect(left()).toHaveLength(1));
  await first.keeper.dispose();
  expect(left()).toEqual([]);
});

test("what another helper that lives has unsent is left alone", async () => {
  const first = joined();
  first.write("a", "of a");
  await isKept(first);
  expect(joined().told).toEqual([]);
  expect(left()).toHaveLength(1);
  await first.keeper.dispose();
});
