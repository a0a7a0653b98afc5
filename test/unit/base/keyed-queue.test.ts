import { describe, expect, it } from "vitest";
import { KeyedQueue } from "../../../helper/base/keyed-queue.ts";

function queueOf(...keys: readonly string[]): KeyedQueue<string, string> {
  const queue = new KeyedQueue<string, string>();
  for (const key of keys) queue.add(key, key.toUpperCase());
  return queue;
}

function drained(queue: KeyedQueue<string, string>): string {
  let all = "";
  for (let first = queue.takeFirst(); first !== undefined; first = queue.takeFirst()) all += first;
  return all;
}

describe("a queue with one value per key", () => {
  it("gives in the order of adding, also what was added in between and after it was empty", () => {
    const queue = queueOf("a", "b");
    expect(queue.takeFirst()).toBe("A");
    queue.add("c", "C");
    expect(drained(queue)).toBe("BC");
    queue.add("a", "again");
    expect([queue.size, drained(queue), queue.size]).toEqual([1, "again", 0]);
  });

  it("moves a key that is added again to the end and returns the value it had", () => {
    const queue = queueOf("a", "b", "c");
    expect(queue.takeFirst()).toBe("A");
    expect(queue.add("b", "new")).toBe("B");
    expect(queue.get("b")).toBe("new");
    expect(drained(queue)).toBe("Cnew");
  });

  it("lets a key be removed wherever it is", () => {
    const queue = queueOf("a", "b", "c", "d");
    expect(queue.remove("a")).toBe("A");
    expect(queue.remove("c")).toBe("C");
    expect(queue.remove("c")).toBeUndefined();
    expect([queue.has("c"), drained(queue)]).toEqual([false, "BD"]);
  });

  it("puts before all others what is put first", () => {
    const queue = queueOf("a", "b", "c");
    queue.takeFirst();
    queue.putFirst([
      ["x", "X"],
      ["c", "first C"],
    ]);
    expect([...queue.values()].join(",")).toBe("X,first C,B");
    expect(drained(queue)).toBe("Xfirst CB");
  });

  it("takes as fast from a long queue as from a short one", () => {
    const queue = new KeyedQueue<number, number>();
    for (let i = 0; i < 300_000; i++) queue.add(i, i);
    // With a new iterator for each this takes 40 s.
    const begin = performance.now();
    let sum = 0;
    for (let i = 0; i < 300_000; i++) sum += queue.takeFirst() ?? 0;
    expect(sum).toBe((300_000 * 299_999) / 2);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
