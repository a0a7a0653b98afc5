/** Switches only tests set, all in one place. Each makes this helper worse on purpose, moves its clock, or writes down what it does. */
import { parseAddress, type Address } from "../peer/address.ts";
import { createWallClock } from "../peer/session-clock.ts";
import { nsOfTime, type Time, timeOfNs } from "../base/time.ts";

export interface TestSwitches {
  /** A guest answers git's locks itself. */
  readonly localLocks: boolean;
  /** A host applies whatever comes. */
  readonly noConditions: boolean;
  /** A guest shows git's index as it is shared, whatever owner its mount shows. */
  readonly sharedIndex: boolean;
  /** Shown as owner of everything at this mount. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Where a guest connects instead of the invite's addresses. */
  readonly address: Address | undefined;
  /** A file where a host writes down every refusal. */
  readonly refusals: string | undefined;
  /** A file where the mount's counters are written, each time this process gets SIGUSR2. */
  readonly counters: string | undefined;
  /** This machine's clock, shifted. */
  readonly wall: () => Time;
}

export function readTestSwitches(env: NodeJS.ProcessEnv = process.env): TestSwitches {
  const broken = (env["PAIRMOUNT_TEST_BREAK"] ?? "").split(",");
  const shift = BigInt(Math.round(Number(env["PAIRMOUNT_TEST_CLOCK_MS"] ?? 0)) || 0) * 1_000_000n;
  const wall = createWallClock();
  return {
    localLocks: broken.includes("local-locks"),
    noConditions: broken.includes("no-conditions"),
    sharedIndex: broken.includes("shared-index"),
    owner: ownerOf(env["PAIRMOUNT_TEST_OWNER"] ?? ""),
    refusals: env["PAIRMOUNT_TEST_REFUSALS"],
    counters: env["PAIRMOUNT_TEST_COUNTERS"],
    address: parseAddress(env["PAIRMOUNT_TEST_ADDRESS"] ?? ""),
    wall: shift === 0n ? wall : () => timeOfNs(nsOfTime(wall()) + shift),
  };
}

/** `1234:1234` */
function ownerOf(text: string): TestSwitches["owner"] {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
