import { expect, onTestFinished, test } from "vitest";
import { runCli } from "../../../helper/cli/run.ts";
import { createWorld, type World, type WorldOptions } from "./fake-session.ts";

/** A session in the foreground, and a second terminal beside it. */
async function beside(options: WorldOptions = {}): Promise<World> {
  const session = createWorld({ role: "guest", ...options });
  const running = runCli(session.ports, ["join", "PM1-abc", "--json", "--name", "ben"]);
  await session.says('"socket"');
  const other = createWorld({ runtime: session.ports.env["XDG_RUNTIME_DIR"] ?? "" });
  onTestFinished(async () => {
    session.signal();
    await running;
    session.close();
  });
  return other;
}

test("keep says where the copy is and how much it holds, with its steps; its folder is relative to the terminal's", async () => {
  const w = await beside();
  expect(await runCli(w.ports, ["keep", "copy"])).toBe(0);
  expect(w.out()).toBe("Copying\nKept in /work/copy: 3 files, 2 KB, 2 commits, checked by git.\n");
});

test("keep --json says it as one line, after the steps that were asked for", async () => {
  const w = await beside();
  expect(await runCli(w.ports, ["keep", "/copy", "--json", "--progress", "--session", "/work/app"])).toBe(0);
  expect(
    w
      .out()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { event: "progress", step: "copy", done: 1000, total: 2000 },
    { event: "kept", folder: "/copy", files: 3, bytes: 2000, commits: 2, note: null },
  ]);
});

test("keep hands on why there is no copy, in words and as exit code", async () => {
  const w = await beside();
  expect(await runCli(w.ports, ["keep", "/full", "--json"])).toBe(23);
  expect(JSON.parse(w.out())).toEqual({
    event: "failed",
    code: "keep-target",
    text: "The copy cannot be kept there: /full is not empty",
  });
});

test("Ctrl-C cancels a copy; the session goes on", async () => {
  const w = await beside({ neverKeeps: true });
  const keeping = runCli(w.ports, ["keep", "/copy"]);
  await w.says("Copying");
  w.signal("SIGINT");
  expect(await keeping).toBe(22);
  const status = createWorld({ runtime: w.ports.env["XDG_RUNTIME_DIR"] ?? "" });
  expect(await runCli(status.ports, ["status"])).toBe(0);
  expect(status.out()).toContain("/work/app");
});

test("keep without a session that was joined is 4", async () => {
  const alone = createWorld();
  onTestFinished(() => alone.close());
  expect(await runCli(alone.ports, ["keep", "/copy"])).toBe(4);
  const w = await beside({ role: "host" });
  expect(await runCli(w.ports, ["keep", "/copy"])).toBe(4);
  expect(w.err()).toContain("joined nothing");
});

test("leave --grace lets a host end later by itself, and is nothing for a guest", async () => {
  const guest = await beside();
  expect(await runCli(guest.ports, ["leave", "--grace", "60"])).toBe(2);
  const session = createWorld();
  onTestFinished(() => session.close());
  const running = runCli(session.ports, ["share", "app", "--json", "--accept", "--name", "ada"]);
  await session.says("shared");
  const other = createWorld({ runtime: session.ports.env["XDG_RUNTIME_DIR"] ?? "" });
  expect(await runCli(other.ports, ["leave", "--grace", "60", "--json"])).toBe(0);
  expect(JSON.parse(other.out())).toEqual({ event: "ending", mount: "/work/app", seconds: 60 });
  // The fake's guests need no time.
  expect(await running).toBe(0);
});
