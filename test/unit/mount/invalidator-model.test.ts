/** The invalidator against a small model of the kernel's directory locks, in every order a seed can make. */
import { expect, it } from "vitest";
import { mustFileName } from "../../../helper/base/name.ts";
import { Invalidator } from "../../../helper/mount/invalidator.ts";
import { claimNotice, type NoticeBatch, noticeWritten } from "../../../helper/mount/notice-batch.ts";
import { Parked } from "../../../helper/mount/parked.ts";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { createRandom } from "../../harness/random.ts";

const dirs = 3;
const steps = 400;

/** A worker: writing, it may wait for a directory that a request holds. */
interface ModelLane {
  batch: NoticeBatch | undefined;
  index: number | undefined;
  readonly written: () => void;
}

/** A CREATE in the kernel: holds its directory until answered. Granted, it still waits for the barrier. */
interface ModelRequest {
  readonly dir: number;
  readonly unique: number;
  state: "queued" | "parked" | "granted";
}

async function run(seed: number): Promise<{ readonly unanswered: number; readonly pending: number }> {
  const random = createRandom(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const parked = new Parked();
  const lanes: ModelLane[] = [];
  const requests = new Map<number, ModelRequest>();
  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const invalidator = new Invalidator({
    parked,
    notifications: {
      invalidateEntry: (parent) => Buffer.from(`entry ${parent}`),
      invalidateNode: (node, data) => Buffer.from(`${data ? "pages" : "attributes"} ${node}`),
    },
    onSend: () => {},
    openLane(written) {
      const lane: ModelLane = { batch: undefined, index: undefined, written };
      lanes.push(lane);
      return {
        write(batch) {
          expect(lane.batch, "one batch at a time").toBeUndefined();
          lane.batch = batch;
        },
        dispose: async () => {},
      };
    },
  });
  const isLocked = (dir: number): boolean => [...requests.values()].some((request) => request.dir === dir);

  const moves: Record<"change" | "enter" | "serve" | "grant" | "write", () => void> = {
    change() {
      const parent = below(dirs) as NodeId;
      const name = mustFileName(`f${below(4)}`);
      const waiter = { who: {}, written: () => {} };
      if (below(3) > 0) invalidator.add({ t: "entry", parent, name }, waiter);
      else invalidator.add({ t: "node", node: parent, drop: "listing" }, { ...waiter, toEnd: true });
    },
    enter() {
      const dir = below(dirs);
      const unique = below(2 ** 30);
      if (!isLocked(dir)) requests.set(unique, { dir, unique, state: "queued" });
    },
    serve() {
      const request = [...requests.values()].find(({ state }) => state === "queued");
      if (request === undefined) return;
      if (below(3) === 0) return void requests.delete(request.unique);
      request.state = "parked";
      parked.begin({ unique: request.unique, pid: 1, holds: [request.dir as NodeId], interruptible: false });
    },
    grant() {
      const waiting = [...requests.values()].filter(({ state }) => state === "parked");
      const request = waiting[below(Math.max(1, waiting.length))];
      if (request === undefined) return;
      request.state = "granted";
      void invalidator.barrier().then(() => {
        const found = parked.find(request.unique);
        if (found !== undefined) parked.answer(found, () => requests.delete(request.unique));
      });
    },
    write() {
      const lane = lanes[below(lanes.length)];
      if (lane?.batch === undefined) return;
      lane.index ??= claimNotice(lane.batch);
      if (lane.index === undefined) {
        lane.batch = undefined;
        return lane.written();
      }
      const notice = textOf(lane.batch.notices[lane.index] as Uint8Array);
      if (notice.startsWith("entry") && isLocked(Number(notice.split(" ")[1]))) return;
      noticeWritten(lane.batch, lane.index, true);
      lane.index = undefined;
    },
  };
  const turn = async (names: readonly (keyof typeof moves)[]): Promise<void> => {
    moves[names[below(names.length)] as keyof typeof moves]();
    if (below(2) === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let i = 0; i < steps; i++) await turn(["change", "change", "enter", "serve", "grant", "write", "write"]);
  for (let i = 0; i < 5000 && requests.size + invalidator.pending > 0; i++) await turn(["serve", "grant", "write"]);
  return { unanswered: requests.size, pending: invalidator.pending };
}

it("answers every request and writes everything, whatever directory is locked meanwhile", {
  timeout: 60_000,
}, async () => {
  const first = Number(process.env["SEED"] ?? 1);
  const count = process.env["SEED"] === undefined ? 150 : 1;
  for (let seed = first; seed < first + count; seed++)
    expect({ seed, ...(await run(seed)) }).toEqual({ seed, unanswered: 0, pending: 0 });
});
