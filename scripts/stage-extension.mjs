// Lays the built extension out in a folder, as its package does. `node scripts/stage-extension.mjs DIR`
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NotReady, orExplain, root } from "./setup.mjs";

/** @param {string} folder @returns {{ id: string, version: string }} */
export function stageExtension(folder) {
  const { main, publisher, name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (!existsSync(join(root, main))) throw new NotReady(`the extension is not built (${main}): run npm run build`);
  const parts = ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "resources"];
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true, filter: (path) => !path.endsWith(".map") });
  return { id: `${publisher}.${name}`, version };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await orExplain(() => {
    if (process.argv[2] === undefined) throw new NotReady("node scripts/stage-extension.mjs DIR");
    stageExtension(process.argv[2]);
  });
}
