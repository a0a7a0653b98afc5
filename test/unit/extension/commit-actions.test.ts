/** Cherry-Pick on a real repository, in a window that draws nothing. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cherryPick } from "../../../extension/commit-actions.ts";
import { fake } from "../../harness/fake-vscode.ts";
import { gitEnvironment, makeRepository, mustGit } from "../../harness/git.ts";
import { aCommit } from "./samples.ts";
import { notice } from "./window.ts";

let root: string;
const at = () => ({ root, name: "ada" });
beforeEach(async () => {
  fake.reset();
  root = mkdtempSync(join(tmpdir(), "pm-pick-"));
  for (const [name, value] of Object.entries(gitEnvironment("ada"))) vi.stubEnv(name, value);
  writeFileSync(join(root, "a"), "one\n");
  await makeRepository(at());
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** A commit of another branch that changes `a`, with what the branch that is checked out has there meanwhile. */
async function commitElsewhere(here: string): Promise<ReturnType<typeof aCommit>> {
  await mustGit(at(), ["checkout", "-q", "-b", "topic"]);
  writeFileSync(join(root, "a"), "two\n");
  await mustGit(at(), ["commit", "-q", "-a", "-m", "Two"]);
  const hash = (await mustGit(at(), ["rev-parse", "HEAD"])).trim();
  await mustGit(at(), ["checkout", "-q", "-"]);
  writeFileSync(join(root, "a"), here);
  await mustGit(at(), ["commit", "-q", "--allow-empty", "-a", "-m", "Here"]);
  return aCommit({ hash, subject: "Two" });
}

it("is asked for, and then makes the commit", async () => {
  const commit = await commitElsewhere("one\n");
  const first = cherryPick(root, commit);
  (await notice(/Cherry-pick "Two" for everybody/)).press(undefined);
  await first;
  expect(await mustGit(at(), ["log", "-1", "--format=%s"])).toBe("Here\n");
  fake.shown.length = 0;
  const second = cherryPick(root, commit);
  (await notice(/for everybody/)).press("Cherry-Pick");
  await second;
  expect(await mustGit(at(), ["log", "-1", "--format=%s"])).toBe("Two\n");
});

it("is taken back by one click where git cannot finish it", async () => {
  const picked = cherryPick(root, await commitElsewhere("three\n"));
  (await notice(/for everybody/)).press("Cherry-Pick");
  const told = await notice(/could not apply .* waits, for everybody/);
  expect(told).toMatchObject({ kind: "error", buttons: ["Abort Cherry-Pick"] });
  expect(existsSync(join(root, ".git/CHERRY_PICK_HEAD"))).toBe(true);
  told.press("Abort Cherry-Pick");
  await picked;
  expect(existsSync(join(root, ".git/CHERRY_PICK_HEAD"))).toBe(false);
  expect(await mustGit(at(), ["status", "--porcelain"])).toBe("");
});
