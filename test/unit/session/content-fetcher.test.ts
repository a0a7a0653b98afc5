import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openGuestCache } from "../../../helper/content/guest-cache.ts";
import type { FetchAnswer } from "../../../helper/peer/api.ts";
import type { GuestReplica } from "../../../helper/replica/api.ts";
import type { NodeId, Seq, Version } from "../../../helper/replica/ids.ts";
import { createContentFetcher } from "../../../helper/session/content-fetcher.ts";

const dir = mkdtempSync(join(tmpdir(), "pm-fetcher-"));
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const node = 7 as NodeId;
const version = 5 as Version;

test("a truncation made while bytes travel is not undone by them: what grows back is zeros", async () => {
  const cache = openGuestCache(dir);
  const shown = { size: 100 };
  const replica = {
    position: 1 as Seq,
    node: () => shown,
    confirmed: () => ({ version }),
  } as unknown as GuestReplica;
  let answer: (answer: FetchAnswer) => void = () => undefined;
  const fetcher = createContentFetcher({ replica, cache, fetch: () => new Promise((resolve) => (answer = resolve)) });

  const read = fetcher.read(node, 0, 100);
  shown.size = 10;
  cache.truncate(node, 10);
  answer({ ok: true, position: 1 as Seq, version, size: 100, bytes: new Uint8Array(100).fill(7) });
  expect(await read).toEqual({ ok: true, value: Buffer.alloc(10, 7) });

  shown.size = 60;
  cache.write(node, 50, new Uint8Array(10).fill(1));
  expect(await fetcher.read(node, 0, 60)).toEqual({
    ok: true,
    value: Buffer.concat([Buffer.alloc(10, 7), Buffer.alloc(40), Buffer.alloc(10, 1)]),
  });
  cache.dispose();
});
