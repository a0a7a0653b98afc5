// Bundles the helper, its workers and the extension into dist/, or the folder named, and lays beside it the packages that stay
// outside. `node esbuild.mjs [DIR]`.
import { chmodSync } from "node:fs";
import { build } from "esbuild";
import { external, layPackages } from "./scripts/run-time-packages.mjs";

const outdir = process.argv[2] ?? "dist";
const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  outdir,
  sourcemap: "linked",
  external,
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
    "keep-program": "helper/keep/keep-program.ts",
  },
});
// What the extension imports when it first needs it is a file of its own: VS Code neither reads nor compiles it at activation.
const apart = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/rpc\/client\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./extension-client.cjs", external: true } : undefined,
    );
  },
};
// VS Code loads an extension with require().
await build({
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  outdir,
  minify: true,
  sourcemap: "linked",
  external: ["vscode"],
  plugins: [apart],
  entryPoints: { extension: "extension/extension.ts", "extension-client": "helper/rpc/client.ts" },
  logLevel: "warning",
});
chmodSync(`${outdir}/pairmount.mjs`, 0o755);
layPackages(outdir);
