/** Collect Diagnostics: asks this machine and its helpers, and opens what they say as a document that is nowhere yet. */
import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { arch, homedir, release, type } from "node:os";
import { env, ProgressLocation, version as editorVersion, window, workspace } from "vscode";
import { diagnosticsDocument, type Section, table } from "./diagnostics.ts";
import { newestLogs } from "./helper-edge.ts";
import { runHelper } from "./helper-program.ts";
import type { Session } from "./session.ts";

export interface DiagnosticsParts {
  readonly session: Session;
  readonly script: () => string;
  /** The extension's. */
  readonly version: string;
  readonly recent: () => readonly string[];
}

/** The end of each helper's log, bytes. */
const logTail = 64 * 1024;
const logs = 2;
const programMs = 5000;

export async function collectDiagnostics(parts: DiagnosticsParts): Promise<void> {
  const title = "Pairmount: collecting diagnostics";
  const content = await window.withProgress({ location: ProgressLocation.Window, title }, async () => {
    const helper = async (...args: string[]): Promise<string> => await runHelper(parts.script(), args);
    const sections = await Promise.all([
      section("Versions", async () => table(await versions(parts, helper))),
      section("This window", () => windowText(parts.session)),
      section("Sessions of this machine", async () => await helper("status")),
      section("Doctor", async () => await helper("doctor")),
      section("Settings", () => JSON.stringify(workspace.getConfiguration("pairmount"), null, 2)),
      section("Recent lines of the log", () => parts.recent().join("\n")),
      ...(await newestLogs(process.env, logs)).map((path) => section(path, async () => await endOf(path))),
    ]);
    return diagnosticsDocument(sections, homes());
  });
  await window.showTextDocument(await workspace.openTextDocument({ language: "markdown", content }));
}

async function section(title: string, text: () => string | Promise<string>): Promise<Section> {
  try {
    return { title, text: await text() };
  } catch (error) {
    return { title, text: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function versions(
  { version }: DiagnosticsParts,
  helper: (...args: string[]) => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  const [helperVersion, git, fuse, system] = await Promise.all([
    helper("--version").catch(String),
    firstLine("git", ["--version"]),
    firstLine("fusermount3", ["--version"]),
    systemName(),
  ]);
  return {
    extension: version,
    helper: helperVersion.trim(),
    editor: `${env.appName} ${editorVersion}${env.remoteName === undefined ? "" : `, remote: ${env.remoteName}`}`,
    node: process.version,
    system: `${system}, ${type()} ${release()}, ${arch()}`,
    git,
    fuse,
  };
}

function firstLine(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: programMs }, (error, out) =>
      resolve(error === null ? (out.split("\n")[0] ?? "") : error.message),
    );
  });
}

/** The distribution's own name of itself (os-release(5)). */
async function systemName(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? process.platform;
}

/** The invite goes by its place; redaction would know it by its form. */
function windowText({ model }: Session): string {
  if (model.t !== "attached") return JSON.stringify(model, null, 2);
  const { status, joins, commits } = model.state;
  const invite = status.invite === null ? null : "<invite>";
  return JSON.stringify({ ...status, invite, joins: joins.length, commits: commits.length }, null, 2);
}

async function endOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - logTail);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const text = buffer.toString("utf8", 0, bytesRead);
    // A line that was cut may have lost what tells a secret.
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } finally {
    await file.close();
  }
}

function homes(): readonly string[] {
  const home = homedir();
  try {
    return [home, realpathSync(home)];
  } catch {
    return [home];
  }
}
