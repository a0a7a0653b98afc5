// Installs what the workbench tests drive: code-server (VS Code's own workbench), the Node it needs, Chromium. Prints where
// they are as JSON. `node scripts/workbench-setup.mjs`. Where they cannot be had it prints why, and ends with exit code 1.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensurePackages, must, NotReady, orExplain, say, whereIs } from "./setup.mjs";

const codeServer = "4.139.1";
const node = "24.21.0";
const unfinished = "unfinished-";

/** @returns {{ node: string, codeServer: string, chromium: string }} Three programs; the second is a script for the first. */
function prepareWorkbench() {
  const installed = ensureCodeServer();
  ensurePackages(["chromium"]);
  return { ...installed, chromium: whereIs("chromium") };
}

/**
 * One folder for these two versions, shared by all checkouts of this user. It is filled beside its place and moved there when
 * it is complete: what an interrupted installation leaves is never taken for a whole one.
 */
export function ensureCodeServer() {
  const nodePackage = `node-linux-${process.arch}`;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new NotReady(`code-server: there is no Node package for ${process.platform} ${process.arch}`);
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pairmount/workbench");
  const place = join(cache, `code-server-${codeServer}-node-${node}`);
  if (!existsSync(place)) {
    mkdirSync(cache, { recursive: true });
    removeUnfinished(cache);
    say(`installing code-server ${codeServer} into ${cache} (800 MB, about a minute)`);
    const folder = join(cache, `${unfinished}${process.pid}`);
    install(folder, nodePackage);
    moveIntoPlace(folder, place);
  }
  return {
    node: join(place, "node_modules", nodePackage, "bin/node"),
    codeServer: join(place, "node_modules/code-server/out/node/entry.js"),
  };
}

/** Without the packages' scripts: what code-server builds in them it also ships built. */
function install(folder, nodePackage) {
  mkdirSync(folder);
  const manifest = { private: true, dependencies: { "code-server": codeServer, [nodePackage]: node } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const env = environmentOfAnotherProject();
  const options = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
  must("npm", options, `npm could not install code-server ${codeServer}: see above`, { cwd: folder, env });
  const bin = dirname(join(folder, "node_modules", nodePackage, "bin/node"));
  must("npm", [...options, "--omit=dev"], `npm could not install the parts of code-server ${codeServer}: see above`, {
    cwd: join(folder, "node_modules/code-server/lib/vscode"),
    env: { ...env, PATH: `${bin}${delimiter}${env.PATH}` },
  });
}

/** Under `npm test` the environment names this checkout as the project to install into. */
function environmentOfAnotherProject() {
  const own = /^(npm_(package|lifecycle)_|npm_config_local_prefix$|INIT_CWD$|NODE_ENV$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function moveIntoPlace(folder, place) {
  try {
    renameSync(folder, place);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(place)) throw error;
    rmSync(folder, { recursive: true });
  }
}

/** What a process that is gone has left. One that ended and was not yet looked after still has an entry, but no program. */
function removeUnfinished(cache) {
  const left = readdirSync(cache).filter(
    (name) => name.startsWith(unfinished) && !existsSync(`/proc/${name.slice(unfinished.length)}/exe`),
  );
  for (const name of left) rmSync(join(cache, name), { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  let answer;
  await orExplain(() => {
    try {
      answer = prepareWorkbench();
    } catch (error) {
      answer = { missing: error.message };
      throw error;
    }
  });
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
