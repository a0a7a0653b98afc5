/** Extensions of one workbench: folders named `publisher.name-version` in its extensions folder. Placed before it starts. */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../place.ts";
import { mustRun } from "../run.ts";
import { extensionsFolder, foldersOf, peerEnvironment } from "./home.ts";
import { mustPrograms } from "./installed.ts";

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
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

/** Lays the extension that is built in this checkout out in `folder`, as its package does, and returns the folder. */
export function stagePairmount(folder: string): string {
  execFileSync(process.execPath, [join(repositoryRoot, "scripts/stage-extension.mjs"), folder]);
  return folder;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
