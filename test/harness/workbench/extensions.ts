/** Extensions of one workbench: folders named `publisher.name-version` in its extensions folder. Placed before it starts. */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../place.ts";
import { mustRun } from "../run.ts";
import { extensionsFolder, foldersOf, peerEnvironment } from "./home.ts";
import { mustPrograms } from "./programs.ts";

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly main?: string;
}

/** `extension` is an unpacked extension's folder, which is copied, or a .vsix file. */
export async function placeExtension(extension: string, home: string): Promise<void> {
  if (extension.endsWith(".vsix")) {
    const { node, codeServer } = mustPrograms();
    await mustRun(node, [codeServer, ...foldersOf(home), "--install-extension", extension], {
      env: peerEnvironment(home),
    });
    return;
  }
  const { publisher, name, version } = readManifest(extension);
  // The list that a first start or a .vsix leaves would hide the folder; without it VS Code looks at the folders again.
  rmSync(join(extensionsFolder(home), "extensions.json"), { force: true });
  cpSync(extension, join(extensionsFolder(home), `${publisher}.${name}-${version}`), { recursive: true });
}

/**
 * Lays the extension that is built in this checkout out in `folder`, as its package does, and returns the folder.
 * @public
 */
export function stagePairmount(folder: string): string {
  const { main } = readManifest(repositoryRoot);
  if (main === undefined || !existsSync(join(repositoryRoot, main))) {
    throw new Error(`the extension is not built: package.json's main is ${main}; npm run build`);
  }
  const parts = ["package.json", "package.nls.json", "README.md", "CHANGELOG.md", "LICENSE", "dist", "resources"];
  const modules = [...withDependencies("fuse-native")].map((name) => join("node_modules", name));
  for (const part of [...parts, ...modules].filter((path) => existsSync(join(repositoryRoot, path)))) {
    cpSync(join(repositoryRoot, part), join(folder, part), { recursive: true });
  }
  return folder;
}

/** Names of the installed packages that `name` needs at run time, itself included. */
function withDependencies(name: string, found: Set<string> = new Set()): ReadonlySet<string> {
  const manifest = join(repositoryRoot, "node_modules", name, "package.json");
  if (found.has(name) || !existsSync(manifest)) return found;
  found.add(name);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as {
    readonly dependencies?: Record<string, string>;
    readonly optionalDependencies?: Record<string, string>;
  };
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) withDependencies(needed, found);
  return found;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
