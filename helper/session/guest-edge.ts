/** What the host makes of a guest's operation before it is judged: nothing a peer sends is taken further than it may go. */
import type { SessionClock } from "../base/ports.ts";
import { compareTime, type Time } from "../base/time.ts";
import type { View } from "../replica/api.ts";
import type { Op, Submitted } from "../replica/op.ts";
import { strippedSeed } from "./config-seeds.ts";

/** Seconds a guest's idea of session time may be ahead: times only grow (R-TIME), so one wild clock would move everybody's. */
const ahead = 2;

export function admitted(submitted: Submitted, view: View, clock: SessionClock): Submitted {
  const stripped = strippedSeed(submitted, view);
  const now = clock.now();
  return compareTime(stripped.op.time, later(now)) > 0 ? { ...stripped, op: retimed(stripped.op, now) } : stripped;
}

function later({ sec, nsec }: Time): Time {
  return { sec: sec + ahead, nsec };
}

function retimed(op: Op, time: Time): Op {
  return { ...op, time };
}
