/**
 * All peers edit shared files and `commit -a`.
 *
 * An edit adds one unique line at the end of a file: read it, add the line, save it, alternately by rename-over and in
 * place. Two editors that read the same text would overwrite one another on any machine, so each edit holds
 * `FILE.lock`, made with O_EXCL, from before the read until after the save. The commit happens outside that lock.
 *
 * A line is *acknowledged* by the commit C when git returned success to somebody for C, and `C:FILE` has the line:
 *  - C is this writer's own commit, as printed; or
 *  - git told this writer "nothing to commit" and HEAD is C: a peer's `commit -a` took the save along.
 * If C lacks the line, the save did not stay (a save that lost a race, kept elsewhere): nothing was acknowledged, and the
 * writer makes the edit again.
 *
 * A line is *lost* when it is acknowledged and absent from the final file of any peer, or there twice, or when any commit
 * of the branch removes it. On one machine this cannot be: saves of one file are ordered by its lock and only ever add, so
 * each is a prefix of the next; `commit -a` holds index.lock from before it reads the files until the branch has moved,
 * so commits are ordered too and each file in them only grows. In-place saves therefore write over the old text and never
 * truncate first: git may read any prefix in between, and a prefix drops nobody's line.
 */
import { open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { foundNothing } from "./refusals.ts";
import { sharedFiles } from "./task.ts";
import { committedHash, type Writer } from "./writer.ts";

export async function writeLines(writer: Writer): Promise<void> {
  for (let reached = 0, edit = 0; reached < writer.quota && !writer.over(); edit += 1) {
    const file = sharedFiles[Math.floor(writer.random() * sharedFiles.length)] ?? "";
    const line = `${writer.name} edit ${edit}`;
    if (await commitLine(writer, { file, line, inPlace: edit % 2 === 1 })) reached += 1;
  }
}

interface Edit {
  readonly file: string;
  readonly line: string;
  readonly inPlace: boolean;
}

/** True when an own commit acknowledged the line. */
async function commitLine(writer: Writer, edit: Edit): Promise<boolean> {
  await save(writer, edit);
  while (!writer.over()) {
    const ran = await writer.git(["commit", "-a", "-m", edit.line]);
    const own = committedHash(ran);
    if (own !== undefined) writer.report({ t: "acknowledged", hash: own });
    if (own !== undefined || foundNothing(ran)) {
      writer.proceed();
      const hash = own ?? (await writer.insist(["rev-parse", "HEAD"]));
      const text = hash === undefined ? undefined : await writer.insist(["show", `${hash}:${edit.file}`]);
      if (hash === undefined || text === undefined) return false;
      if (text.split("\n").includes(edit.line)) {
        writer.report({ t: "line", file: edit.file, line: edit.line, hash });
        if (own === undefined) writer.report({ t: "swallowed" });
        return own !== undefined;
      }
      writer.report({ t: "edit lost" });
      await save(writer, edit);
    } else {
      if (ran.err === "") writer.report({ t: "unexplained", text: `git commit -a: exit ${ran.code}: ${ran.out}` });
      await writer.backOff();
    }
  }
  return false;
}

async function save(writer: Writer, edit: Edit): Promise<void> {
  const path = join(writer.root, edit.file);
  const lock = `${path}.lock`;
  if (!(await take(writer, lock))) return;
  const before = await readFile(path, "utf8");
  if (!before.split("\n").includes(edit.line)) {
    const text = `${before}${edit.line}\n`;
    if (edit.inPlace) {
      const handle = await open(path, "r+");
      await handle.write(text, 0);
      await handle.close();
    } else {
      await writeFile(`${path}.${writer.name}.tmp`, text);
      await rename(`${path}.${writer.name}.tmp`, path);
    }
  }
  await unlink(lock);
}

/** False when time was over first. */
async function take(writer: Writer, lock: string): Promise<boolean> {
  while (!writer.over()) {
    try {
      await (await open(lock, "wx")).close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await writer.backOff();
    }
  }
  return false;
}
