/** The steps of an ordinary week with git, in order. Each begins where the one before ended. */
import type { GitAt } from "../../harness/git.ts";
import { bigSteps } from "./big.ts";
import { historySteps } from "./history.ts";
import { remoteSteps } from "./remote.ts";
import { branchSteps } from "./branch.ts";

export interface StepContext {
  /** The clone, as the peer who works sees it. */
  readonly at: GitAt;
  /** The same clone, as every other peer sees it. */
  readonly others: readonly GitAt[];
  /** The fixture, a bare repository never to be written. */
  readonly fixture: string;
  /** An ordinary folder for this week only. */
  readonly outside: string;
  readonly received: (peer: GitAt) => number | undefined;
}

export interface Step {
  readonly title: string;
  readonly run: (context: StepContext) => Promise<void>;
}

export const everydaySteps: readonly Step[] = [...branchSteps, ...historySteps, ...remoteSteps, ...bigSteps];
