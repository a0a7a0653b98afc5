import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { diagnosticsDocument, table } from "../../../extension/diagnostics.ts";
import { createRecentLog } from "../../../extension/recent-log.ts";
import { fake } from "../../harness/fake-vscode.ts";
import { createDesk, type Desk } from "./window.ts";

const invite = `AQA${"xY7_".repeat(25)}`;

describe("the document", () => {
  it("has each section as it was printed, says what could not be had, and has no secret in it", () => {
    const document = diagnosticsDocument(
      [
        { title: "Doctor", text: "ok  git  2.39.5\n" },
        { title: "Log of /home/ada/x.log", text: `joined by ${invite}` },
        { title: "Sessions", text: new Error("spawn ENOENT /home/ada/bin") },
        { title: "Settings", text: "" },
      ],
      ["/home/ada"],
    );
    expect(document).toContain("# Pairmount diagnostics\n");
    expect(document).toContain("## Doctor\n\n```text\nok  git  2.39.5\n```\n");
    expect(document).toContain("## Log of ~/x.log\n\n```text\njoined by <invite>\n```\n");
    expect(document).toContain("could not be had: spawn ENOENT ~/bin");
    expect(document).toContain("## Settings\n\n```text\n(nothing)\n```\n");
  });

  it("is not ended by what is in it", () => {
    expect(diagnosticsDocument([{ title: "Log", text: "a\n````\nb" }], [])).toContain("`````text\na\n````\nb\n`````\n");
  });
});

it("a table has its values below each other", () => {
  expect(table({ git: "2.39", extension: "0.1.0" })).toBe("git        2.39\nextension  0.1.0");
});

it("the log keeps its last lines, cut to what can be read, and shows all in the channel", () => {
  fake.reset();
  const { channel, lines } = createRecentLog(() => new Date(0));
  for (let i = 0; i < 1000; i++) channel.info(`line ${i}`);
  channel.error(new Error("x".repeat(10_000)));
  expect(lines()).toHaveLength(400);
  expect(lines()[0]).toBe("1970-01-01T00:00:00.000Z [info] line 601");
  expect(lines().at(-1)).toHaveLength(2000);
  expect(fake.logged).toHaveLength(1001);
});

describe("Collect Diagnostics", () => {
  let desk: Desk;
  beforeEach(() => {
    desk = createDesk();
  });
  afterEach(async () => await desk.end());

  it("opens versions, the session, doctor, settings and logs as one new document, without the invite and the home folder", async () => {
    const helper = await desk.share({ invite, repository: "the-app" });
    desk.program({ said: "by the helper", invite, at: join(homedir(), "app") });
    vi.stubEnv("XDG_STATE_HOME", join(desk.folder, "state"));
    const state = join(desk.folder, "state", "pairmount");
    mkdirSync(state, { recursive: true });
    writeFileSync(
      join(state, "2026-01-02T03-04-05.678Z-share-7.log"),
      `{"event":"shared","invite":"${invite}"}\nlater\n`,
    );
    writeFileSync(join(state, "2025-01-02T03-04-05.678Z-share-7.log"), `${"x".repeat(70_000)}\nthe end\n`);
    writeFileSync(join(state, "2024-01-02T03-04-05.678Z-share-7.log"), "too old\n");
    writeFileSync(join(state, "identity.pem"), "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n");
    desk.open(helper.status.mount);
    await vi.waitFor(() => expect(fake.rows("pairmount.peers")).not.toEqual([]));
    helper.tell({ event: "warning", text: "heed https://ada:pass@host/x" });
    await vi.waitFor(() => expect(fake.shown).toHaveLength(1));
    await fake.commands.get("pairmount.collectDiagnostics")?.();
    const [text = ""] = fake.texts;
    for (const part of [
      "extension  0\n",
      "editor     VSCodium 1.139.0",
      `node       ${process.version}`,
      "git        git version",
      '"repository": "the-app"',
      '"invite": "<invite>"',
      "by the helper",
      "heed https://<credentials>@host/x",
      '{"event":"shared","invite":"<invite>"}\nlater',
      "the end",
    ])
      expect(text).toContain(part);
    for (const secret of [invite, "pass@", "BEGIN", "too old", "xxxx", `${homedir()}/`])
      expect(text).not.toContain(secret);
  });

  it("says what could not be had where the helper's program is not there", async () => {
    desk.open("/elsewhere");
    await fake.commands.get("pairmount.collectDiagnostics")?.();
    expect(fake.texts[0]).toMatch(/## Doctor\n\n```text\ncould not be had: ENOENT/);
    expect(fake.texts[0]).toContain('"t": "none"');
  });
});
