/** One code-server: a peer's VS Code, with a home, a profile and extensions of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { placeExtension } from "./extensions.ts";
import { extensionsFolder, foldersOf, peerEnvironment } from "./home.ts";
import { createMark, endMarked, markName } from "./processes.ts";
import { mustPrograms } from "./installed.ts";

export interface WorkbenchOptions {
  /** An existing folder for all that is this peer's: HOME, profile, extensions, XDG folders, log. Short: it holds sockets. */
  readonly home: string;
  /** `restricted` is what a user has: a new folder opens in Restricted Mode. `window.trustFolder` ends that. */
  readonly trust: "everything" | "restricted";
  /** Unpacked extensions (folders) and .vsix files; see also `stagePairmount`. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Workbench {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly password: string;
  readonly home: string;
  readonly pid: number;
  /** A file: what code-server printed. The extension host's logs are in `home/data/logs`. */
  readonly log: string;
  /** Ends it and every process it started. May run twice. */
  dispose(): Promise<void>;
}

const startMs = 60_000;
const stopMs = 15_000;

const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "remote.autoForwardPorts": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "extensions.autoCheckUpdates": false,
  // So that the height of its lines tells whether a file fits into its editor.
  "editor.scrollBeyondLastLine": false,
  // What is typed is what the file gets.
  "editor.autoIndent": "none",
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.trimAutoWhitespace": false,
  // In a browser VS Code saves by itself unless told otherwise; on the desktop it does not.
  "files.autoSave": "off",
};

export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { node, codeServer } = mustPrograms();
  const { home } = options;
  const data = join(home, "data");
  const extensions = extensionsFolder(home);
  const password = randomBytes(16).toString("hex");
  const config = join(home, "code-server.yaml");
  mkdirSync(join(data, "User"), { recursive: true });
  mkdirSync(extensions, { recursive: true });
  writeFileSync(config, `auth: password\npassword: ${password}\n`, { mode: 0o600 });
  writeFileSync(join(data, "User/settings.json"), JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  for (const extension of options.extensions ?? []) await placeExtension(extension, home);

  const mark = createMark();
  const log = join(home, "code-server.log");
  const trust = options.trust === "everything" ? ["--disable-workspace-trust"] : [];
  const child = spawn(
    node,
    [codeServer, "--config", config, "--bind-addr", "127.0.0.1:0", ...foldersOf(home), ...quietFlags, ...trust],
    {
      cwd: "/",
      env: { ...peerEnvironment(home), ...options.env, [markName]: mark },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const kill = (): void => void child.kill("SIGKILL");
  process.on("exit", kill);
  const exited = once(child, "exit");

  const dispose = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(kill, stopMs);
    await exited;
    clearTimeout(timer);
    process.off("exit", kill);
    await endMarked(mark);
  };
  const url = await addressOf(child, log);
  if (url !== undefined && child.pid !== undefined) return { url, password, home, pid: child.pid, log, dispose };
  await dispose();
  throw new Error(`code-server did not start: ${log}\n${readFileSync(log, "utf8")}`);
}

const quietFlags = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];

/** Waits for the line that says where it listens; undefined if it ends, or says nothing in time. */
async function addressOf(child: ChildProcess, log: string): Promise<string | undefined> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("spawned with pipes");
  const file = createWriteStream(log, { flags: "a" });
  stdout.pipe(file, { end: false });
  stderr.pipe(file, { end: false });
  child.once("close", () => file.end());
  return await new Promise((resolve) => {
    const timer = setTimeout(resolve, startMs, undefined);
    const settle = (url?: string): void => {
      clearTimeout(timer);
      resolve(url);
    };
    createInterface({ input: stdout }).on("line", (line) => {
      const url = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (url !== undefined) settle(url);
    });
    file.once("finish", () => settle());
  });
}
