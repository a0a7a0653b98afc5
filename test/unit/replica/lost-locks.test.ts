import { describe, expect, test } from "vitest";
import { errno } from "../../../helper/base/errno.ts";
import type { LocalOp, Performed } from "../../../helper/replica/api.ts";
import type { PeerId } from "../../../helper/replica/ids.ts";
import type { Program } from "../../../helper/replica/lost-locks.ts";
import { create, pair, type Pair } from "./pair.ts";
import { at, time } from "./rig.ts";

class TestProgram implements Program {
  readonly id: string;
  #running = true;

  constructor(id: string) {
    this.id = id;
  }

  isRunning(): boolean {
    return this.#running;
  }

  end(): void {
    this.#running = false;
  }
}

const packedRefsLock = (p: Pair) => at(p.find(".git"), "packed-refs.lock");
const takenEarlier = { t: "failed", errno: errno.EEXIST };

function askFor(p: Pair, program?: Program): Performed {
  const op = create(p, p.find(".git"), "packed-refs.lock", true);
  const performed = p.guest.perform(program === undefined ? op : ({ ...op, program } as LocalOp));
  p.up(performed);
  return performed;
}

describe("a lock the host took away from a peer that was gone", () => {
  test("R-LEASE: is granted to nobody else here while the program that had it runs, whose late replace is refused", () => {
    const p = pair();
    const git = p.find(".git");
    const [first, second] = [new TestProgram("1"), new TestProgram("2")];
    askFor(p, first);
    p.up(p.guest.perform(create(p, git, "packed-refs.new")));
    p.receive();
    p.host.gone(1 as PeerId);
    p.receive();
    expect(askFor(p, second)).toMatchObject(takenEarlier);
    expect(askFor(p)).toMatchObject(takenEarlier);
    const [from, to] = [at(git, "packed-refs.new"), at(git, "packed-refs")];
    p.up(p.guest.perform({ t: "rename", from, to, time: time(9) }));
    expect(p.receive().at(-1)?.settled).toMatchObject([{ result: { ok: false } }]);
    first.end();
    expect(askFor(p, second).t).toBe("asked");
    p.receive();
    expect(p.guest.lookup(packedRefsLock(p))).toBeDefined();
  });

  test("R-LEASE: the program that had it may ask for it again", () => {
    const p = pair();
    const program = new TestProgram("1");
    askFor(p, program);
    p.receive();
    p.host.gone(1 as PeerId);
    p.receive();
    expect(askFor(p, program).t).toBe("asked");
  });

  test("R-LEASE: is known as such after a snapshot too, even if grant and loss were both missed", () => {
    for (const hears of [true, false]) {
      const p = pair();
      askFor(p, new TestProgram("1"));
      if (hears) p.receive();
      p.host.gone(1 as PeerId);
      p.startAnew();
      expect(askFor(p, new TestProgram("2"))).toMatchObject(takenEarlier);
    }
  });

  test("R-LEASE: what its program let go of is not lost", () => {
    const p = pair();
    const [first, second] = [new TestProgram("1"), new TestProgram("2")];
    askFor(p, first);
    p.receive();
    const unlink = p.guest.perform({ t: "unlink", at: packedRefsLock(p), time: time(6) });
    p.host.gone(1 as PeerId);
    p.up(unlink);
    p.receive();
    expect(askFor(p, second).t).toBe("asked");
    p.receive();
    const [from, to] = [packedRefsLock(p), at(p.find(".git"), "packed-refs")];
    p.up(p.guest.perform({ t: "rename", from, to, time: time(9) }));
    p.receive();
    p.host.gone(1 as PeerId);
    expect(askFor(p, first).t).toBe("asked");
  });
});
