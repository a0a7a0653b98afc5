/** The harness with two peers, as the product's tests use it: one folder, two workbenches, one browser. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, vi } from "vitest";
import { gitEnvironment, mustGit } from "../harness/git.ts";
import { describeInWorkbench } from "../harness/workbench/programs.ts";
import { isRunning } from "../harness/workbench/processes.ts";
import type { Workbench } from "../harness/workbench/server.ts";
import type { Window } from "../harness/workbench/window.ts";
import { useWorkbenches } from "../harness/workbench/workbenches.ts";

describeInWorkbench("two workbenches in one repository", () => {
  const workbenches = useWorkbenches();
  let folder: string;
  let adas: Workbench;
  let ada: Window;
  let ben: Window;

  beforeAll(async () => {
    folder = workbenches.folder("repository");
    await mustGit({ root: folder, name: "ada" }, ["init", "-q"]);
    writeFileSync(join(folder, "long.txt"), Array.from({ length: 200 }, (_, i) => `line ${i}\t.`).join("\n"));
    const start = async (name: string, trust: "everything" | "restricted"): Promise<Workbench> =>
      await workbenches.start({ home: workbenches.folder(name), trust, env: gitEnvironment(name) });
    const started = await Promise.all([start("ada", "everything"), start("ben", "restricted")]);
    adas = started[0];
    [ada, ben] = await Promise.all([workbenches.open(started[0], folder), workbenches.open(started[1], folder)]);
  });

  it("opens the folder restricted until its user trusts it", async () => {
    await ben.statusBar.item("Restricted Mode").waitFor();
    await ben.screenshot("two-restricted");
    await ben.trustFolder();
    await ben.statusBar.item("Restricted Mode").waitFor({ state: "hidden" });
  });

  it("reads a file that is longer than its editor by copying it", async () => {
    await ben.explorer.open("long.txt");
    await expect(ben.editor.text("long.txt")).rejects.toThrow("longer than its editor");
    expect(await ben.editor.copy("long.txt")).toBe(readFileSync(join(folder, "long.txt"), "utf8"));
  });

  it("commits in the Source Control view, and the other sees it", async () => {
    await Promise.all([ada.sourceControl.open(), ben.sourceControl.open()]);
    await Promise.all([ada.sourceControl.change("long.txt").waitFor(), ben.sourceControl.change("long.txt").waitFor()]);
    await ada.sourceControl.commit("A long file");
    // Nothing is staged: Git asks whether it may stage everything.
    await ada.dialog.click("Yes");
    await ben.sourceControl.change("long.txt").waitFor({ state: "hidden" });
    expect(await mustGit({ root: folder, name: "ada" }, ["log", "--format=%an: %s"])).toBe("ada: A long file\n");
    await ben.screenshot("two-committed");
  });

  it("ends everything it started, detached programs included", async () => {
    const pidFile = join(adas.home, "pid");
    await ada.terminal.run(`setsid -f sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 1000'`);
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), 20_000);
    await ada.screenshot("two-terminal");
    const pid = Number(readFileSync(pidFile, "utf8"));
    expect([adas.pid, pid].map(isRunning)).toEqual([true, true]);
    await adas.dispose();
    expect([adas.pid, pid].map(isRunning)).toEqual([false, false]);
  });
});
