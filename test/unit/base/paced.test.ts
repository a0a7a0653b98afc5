import { expect, it } from "vitest";
import { createPaced } from "../../../helper/base/paced.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

it("acts at once, then at most once in a while for each key, and never leaves out the last time", () => {
  const timers = fakeTimers();
  const acts: string[] = [];
  const paced = createPaced<string>(timers, 50, (key) => void acts.push(`${key} ${timers.now()}`));
  for (let ms = 0; ms < 100; ms += 10) {
    paced.call("a");
    timers.advance(10);
  }
  paced.call("b");
  timers.advance(1000);
  expect(acts).toEqual(["a 0", "a 50", "a 100", "b 100"]);
  paced.call("a");
  paced.call("a");
  paced.dispose();
  timers.advance(1000);
  paced.call("a");
  expect(acts.filter((act) => act.startsWith("a"))).toHaveLength(4);
});
