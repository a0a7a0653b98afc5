/**
 * All peers commit on one branch of one work tree, each its own file, alternately `add` and a plain commit, and a commit
 * with a pathspec. Work tree and index are shared, so a plain commit of one peer may take another's added file along:
 * that peer is then told "nothing to commit", and writes the next line. Only printed hashes count.
 */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { foundNothing } from "./refusals.ts";
import { ownFile } from "./task.ts";
import { committedHash, type Writer } from "./writer.ts";

export async function writeCommits(writer: Writer): Promise<void> {
  const file = ownFile(writer.name);
  for (let reached = 0, edit = 0; reached < writer.quota && !writer.over(); edit += 1) {
    await appendFile(join(writer.root, file), `${writer.name} ${edit}\n`);
    if (await commitOwn(writer, file, edit)) reached += 1;
  }
}

async function commitOwn(writer: Writer, file: string, edit: number): Promise<boolean> {
  const withPathspec = edit % 2 === 1;
  while (!writer.over()) {
    if (!withPathspec && (await writer.insist(["add", file])) === undefined) return false;
    const message = ["commit", "-m", `${writer.name} ${edit}`];
    const ran = await writer.git(withPathspec ? [...message, "--", file] : message);
    const hash = committedHash(ran);
    if (hash !== undefined) {
      writer.report({ t: "acknowledged", hash });
      writer.proceed();
      return true;
    }
    if (foundNothing(ran)) {
      writer.report({ t: "swallowed" });
      return false;
    }
    if (ran.err === "") writer.report({ t: "unexplained", text: `git commit: exit ${ran.code}: ${ran.out}` });
    await writer.backOff();
  }
  return false;
}
