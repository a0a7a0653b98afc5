// Makes this machine ready: npm packages, FUSE, Debian packages where asked for, the built helper. Runs before `npm install`,
// so it needs nothing but Node. `node scripts/setup.mjs [--with-test-tools]`.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A machine that cannot be made ready; the message says what a person has to do. */
export class NotReady extends Error {}

/** What each Debian package is wanted for: a program in PATH. */
const programs = {
  git: "git",
  mount: "mount",
  fuse3: "fusermount3",
  "inotify-tools": "inotifywait",
  bindfs: "bindfs",
  chromium: "chromium",
};
const needed = ["git", "mount", "fuse3"];
/** What tests and bench use beside. */
export const testTools = ["inotify-tools", "bindfs"];

/** @param {{ packages?: string[] }} [options] Debian packages wanted beside the needed ones. */
export function prepare({ packages = [] } = {}) {
  ensureNpmPackages();
  ensurePackages([...needed, ...packages]);
  ensureFuseDevice();
  ensureBuilt();
}

function ensureNpmPackages() {
  const installed = modified(join(root, "node_modules/.package-lock.json"));
  if (installed !== undefined && installed >= (modified(join(root, "package-lock.json")) ?? 0)) return;
  // Not `npm ci`: it refuses a lock that leaves out the optional packages of other platforms, which not every registry has.
  say("installing npm packages");
  must("npm", ["install", "--no-audit", "--no-fund"], "npm install failed: see above");
}

/** Installs with apt what is missing, as root; otherwise says the line to run. */
export function ensurePackages(packages) {
  const missing = packages.filter((name) => !inPath(programs[name]));
  if (missing.length === 0) return;
  const line = `apt-get install ${missing.join(" ")}`;
  if (!inPath("apt-get")) throw new NotReady(`missing here: ${missing.map((name) => programs[name]).join(", ")}`);
  if (process.getuid() !== 0) throw new NotReady(`run this first: sudo ${line}`);
  say(`installing ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  must("apt-get", ["update", "-qq"], "apt-get update failed: see above", { env });
  must("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], `${line} failed: see above`, {
    env,
  });
}

function ensureFuseDevice() {
  if (existsSync("/dev/fuse")) return;
  if (process.getuid() === 0) {
    spawnSync("modprobe", ["fuse"]);
    if (!existsSync("/dev/fuse")) spawnSync("mknod", ["-m", "666", "/dev/fuse", "c", "10", "229"]);
  }
  if (existsSync("/dev/fuse")) return;
  throw new NotReady("/dev/fuse is missing: run `sudo modprobe fuse`; in a container start it with --device /dev/fuse");
}

export function ensureBuilt() {
  const built = oldest(join(root, "dist"), ".mjs");
  const sources = [
    join(root, "helper"),
    join(root, "extension"),
    join(root, "esbuild.mjs"),
    join(root, "package.json"),
  ];
  if (built !== undefined && built > Math.max(...sources.map(newest))) return;
  say("building dist/");
  must(process.execPath, ["esbuild.mjs"], "the build failed: see above");
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function oldest(folder, extension) {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => name.endsWith(extension));
  return files.length === 0 ? undefined : Math.min(...files.map((name) => statSync(join(folder, name)).mtimeMs));
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function inPath(program) {
  return whereIs(program) !== undefined;
}

export function whereIs(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program that has to succeed. What it prints goes to stderr: stdout is for the answer of the script. */
export function must(command, args, failure, { env = process.env, cwd = root } = {}) {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: ["inherit", 2, 2] });
  if (status !== 0) throw new NotReady(error === undefined ? failure : `${command}: ${error.message}`);
}

export function say(text) {
  process.stderr.write(`pairmount: ${text}\n`);
}

/** Runs `main`; a machine that is not ready is one sentence and exit code 1. */
export async function orExplain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    process.stderr.write(`pairmount: ${error.message}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await orExplain(() => prepare({ packages: process.argv.includes("--with-test-tools") ? testTools : [] }));
}
