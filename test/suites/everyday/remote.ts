/** Push to and pull from bare repositories outside and inside the mount. */
import { expect } from "vitest";
import { mustGit } from "../../harness/git.ts";
import { mustRun } from "../../harness/run.ts";
import { readAt, writeAt } from "./files.ts";
import type { Step, StepContext } from "./steps.ts";

const places = {
  outside: ({ outside }: StepContext) => `${outside}/remote.git`,
  inside: ({ at }: StepContext) => `${at.root}-remote.git`,
};

export const remoteSteps: readonly Step[] = (["outside", "inside"] as const).flatMap((where) => [
  {
    title: `push to a bare repository ${where} the mount`,
    async run(context) {
      const { at } = context;
      const remote = places[where](context);
      await mustRun("git", ["init", "-q", "--bare", "-b", "daily", remote]);
      await mustGit(at, ["push", "-q", remote, "daily", "--tags"]);
      expect(await mustGit({ ...at, root: remote }, ["rev-parse", "daily"])).toBe(
        await mustGit(at, ["rev-parse", "HEAD"]),
      );
    },
  },
  {
    title: `pull from a bare repository ${where} the mount what another clone pushed`,
    async run(context) {
      const { at, outside } = context;
      const remote = places[where](context);
      const clone = { name: "zoe", root: `${outside}/clone-${where}` };
      await mustRun("git", ["clone", "-q", remote, clone.root]);
      await writeAt(clone, `from-${where}.txt`, "pushed\n");
      await mustGit(clone, ["add", "."]);
      await mustGit(clone, ["commit", "-q", "-m", `From ${where}`]);
      await mustGit(clone, ["push", "-q", "origin", "daily"]);
      await mustGit(at, ["pull", "-q", "--ff-only", remote, "daily"]);
      expect(await readAt(at, `from-${where}.txt`)).toBe("pushed\n");
      expect(await mustGit(at, ["rev-parse", "HEAD"])).toBe(await mustGit(clone, ["rev-parse", "HEAD"]));
    },
  },
]);
