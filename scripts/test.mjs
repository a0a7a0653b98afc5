// `npm test`: makes this machine ready, test tools included, then everything of `npm run check`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { orExplain, prepare, root, testTools } from "./setup.mjs";

await orExplain(() => {
  prepare({ packages: testTools });
  // Where this fails the workbench tests are skipped; they say so themselves.
  spawnSync(process.execPath, [join(root, "scripts/workbench-setup.mjs")], { stdio: ["inherit", "ignore", "inherit"] });
  const { status } = spawnSync(process.execPath, [join(root, "scripts/check.mjs"), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
});
