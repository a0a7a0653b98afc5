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
    isPrivateNode: () => false,
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

test("of a file that is written all the time, what was not written while the bytes travelled is taken from them", async () => {
  const cache = openGuestCache(dir);
  const confirmed = { version };
  const replica = {
    position: 1 as Seq,
    isPrivateNode: () => false,
    node: () => ({ size: 100 }),
    confirmed: () => confirmed,
    hasPendingContent: () => false,
  };
  const asked: ((answer: FetchAnswer) => void)[] = [];
  const fetcher = createContentFetcher({
    replica: replica as unknown as GuestReplica,
    cache,
    fetch: () => new Promise((resolve) => asked.push(resolve)),
  });

  const read = fetcher.read(node, 0, 100);
  const change = (position: number, offset: number): void => {
    replica.position = position as Seq;
    confirmed.version = (100 + position) as Version;
    cache.write(node, offset, new Uint8Array(10).fill(position));
    fetcher.advanced([
      { t: "bytes", node, offset, bytes: new Uint8Array(10).fill(position), version: confirmed.version },
    ]);
  };
  change(2, 0);
  change(3, 50);
  // What the host had at position 2: the second change is not in it.
  const then = Buffer.alloc(100, 7).fill(2, 0, 10);
  asked[0]?.({ ok: true, position: 2 as Seq, version: 102 as Version, size: 100, bytes: then });
  expect(await read).toEqual({ ok: true, value: Buffer.from(then).fill(3, 50, 60) });
  expect(asked).toHaveLength(1);
  cache.dispose();
});

test("an answer the order has overtaken in a way that is not known is asked for again", async () => {
  const cache = openGuestCache(dir);
  const replica = {
    position: 9 as Seq,
    isPrivateNode: () => false,
    node: () => ({ size: 4 }),
    confirmed: () => ({ version }),
    hasPendingContent: () => false,
  };
  const answers = [
    { ok: true, position: 8 as Seq, version: 4 as Version, size: 4, bytes: Buffer.from("old!") },
    { ok: true, position: 9 as Seq, version, size: 4, bytes: Buffer.from("new!") },
  ] as const;
  let asked = 0;
  const fetch = (): Promise<FetchAnswer> => Promise.resolve(answers[asked++] as FetchAnswer);
  const fetcher = createContentFetcher({ replica: replica as unknown as GuestReplica, cache, fetch });
  expect(await fetcher.read(node, 0, 4)).toEqual({ ok: true, value: Buffer.from("new!") });
  expect(asked).toBe(2);
  cache.dispose();
});
