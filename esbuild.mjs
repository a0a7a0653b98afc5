// Bundles the helper and its workers into dist/, or the folder named. `node esbuild.mjs [DIR]`.
import { chmodSync } from "node:fs";
import { build } from "esbuild";

const outdir = process.argv[2] ?? "dist";
const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  outdir,
  sourcemap: "linked",
  external: ["fuse-native"],
  // Bundled CommonJS dependencies (vscode-jsonrpc) call require of Node's own modules.
  banner: {
    js: "import { createRequire as pairmountCreateRequire } from 'node:module'; const require = pairmountCreateRequire(import.meta.url);",
  },
  logLevel: "warning",
};

await build({
  ...common,
  entryPoints: {
    pairmount: "helper/main.ts",
    "invalidate-worker": "helper/mount/invalidate-worker.ts",
    "echo-worker": "helper/mount/echo-worker.ts",
  },
});
chmodSync(`${outdir}/pairmount.mjs`, 0o755);
