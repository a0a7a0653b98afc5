/** Row 31: clocks three seconds apart, and what was saved last is what `commit -a` commits. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mustGit } from "../harness/git.ts";
import { startSession } from "../harness/peers.ts";
import { eventually } from "../suites/coherence/peers.ts";

test("row 31: of two saves in one second around `git add`, the second is committed, whoever saves", async () => {
  const session = await startSession({ guests: 2, clocksMs: [3000, -3000] });
  onTestFinished(session.close);
  const { peers } = session;
  await mustGit(session.host, ["init", "-q"]);
  let head = "";
  for (let round = 0; round < 4; round += 1) {
    for (const [turn, saver] of peers.entries()) {
      // Who commits is one after who saved: the second save came from elsewhere, or from here.
      for (const committer of [saver, peers[(turn + 1) % peers.length] ?? saver]) {
        const text = (which: string): string => `${which} ${round} ${saver.name} ${committer.name}\n`;
        writeFileSync(join(saver.root, "f"), text("one"));
        await mustGit(saver, ["add", "f"]);
        writeFileSync(join(saver.root, "f"), text("two"));
        await eventually(async () => expect(await mustGit(committer, ["diff", "--name-only"])).toBe("f\n"));
        await mustGit(committer, ["commit", "-q", "-a", "-m", "Save"]);
        expect(await mustGit(committer, ["show", "HEAD:f"])).toBe(text("two"));
        head = await mustGit(committer, ["rev-parse", "HEAD"]);
        for (const peer of peers)
          await eventually(async () => expect(await mustGit(peer, ["rev-parse", "HEAD"])).toBe(head));
      }
    }
  }
});
