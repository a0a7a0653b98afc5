// `npm run check [-- part …]`: what CI runs. Parts: format lint types dead build unit sim process mount workbench (default: all).
// The last line is `N passed, N failed`: every test, and each static part as one.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { helperMounts } from "./mountinfo.mjs";
import { root } from "./setup.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);
const staticParts = {
  format: [bin("biome"), "format", "."],
  lint: [bin("oxlint"), "--type-aware", "--deny-warnings", "extension", "helper", "test", "scripts", "esbuild.mjs"],
  types: [bin("tsc"), "-b"],
  dead: [bin("knip")],
  build: [process.execPath, "esbuild.mjs"],
};
const projects = ["unit", "sim", "process", "mount", "workbench"];
const all = [...Object.keys(staticParts), ...projects];

const asked = process.argv.slice(2);
if (asked.includes("--help")) {
  process.stdout.write(`npm run check [-- part …]\n\nParts: ${all.join(" ")} (default: all)\n`);
  process.exit(0);
}
const unknown = asked.filter((part) => !all.includes(part));
if (unknown.length > 0) {
  process.stderr.write(`pairmount: no such part: ${unknown.join(", ")}; there are ${all.join(", ")}\n`);
  process.exit(2);
}

const outcomes = all
  .filter((part) => asked.length === 0 || asked.includes(part))
  .map((part) => {
    process.stdout.write(`\n── ${part}\n`);
    const begun = Date.now();
    const outcome = projects.includes(part) ? runProject(part) : runStatic(part);
    return { part, seconds: (Date.now() - begun) / 1000, ...outcome };
  });

process.stdout.write("\n");
for (const { part, passed, failed, skipped, seconds } of outcomes) {
  const more = skipped > 0 ? `, ${skipped} skipped` : "";
  process.stdout.write(
    `${failed === 0 ? "✓" : "✗"} ${part.padEnd(9)} ${seconds.toFixed(1).padStart(7)} s  ${passed} passed, ${failed} failed${more}\n`,
  );
}
// Named once more at the end: of a long run often only the last lines are kept.
for (const name of outcomes.flatMap(({ names = [] }) => names)) process.stdout.write(`  ✗ ${name}\n`);
for (const title of outcomes.flatMap(({ unable = [] }) => unable)) process.stdout.write(`  – ${title}\n`);
const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
process.exitCode = sum("failed") === 0 ? 0 : 1;
process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed\n`);

function runStatic(part) {
  const [command, ...args] = staticParts[part];
  const held = run(command, args);
  return { passed: held ? 1 : 0, failed: held ? 0 : 1, skipped: 0 };
}

function runProject(project) {
  const report = join(root, ".cache", `vitest-${project}.json`);
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(report, { force: true });
  // Its own, so that what is left behind is known from another run's on the machine. Short, for the sockets in it.
  const scratch = mkdtempSync(join(tmpdir(), "pm-"));
  chmodSync(scratch, 0o1777);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const held = run(bin("vitest"), ["run", "--project", project, "--passWithNoTests", ...reporters], {
    TMPDIR: scratch,
  });
  const outcome = countTests(report);
  // An error outside every test, or a runner that died, is a failure too.
  if (!held && outcome.failed === 0) outcome.failed = 1;
  outcome.failed += removeLeftMounts(scratch);
  rmSync(scratch, { recursive: true, force: true });
  return outcome;
}

function countTests(report) {
  let json;
  try {
    json = JSON.parse(readFileSync(report, "utf8"));
  } catch (error) {
    process.stdout.write(`no report: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that could not be loaded has failed without having had a test.
  const unloaded = json.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const names = json.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(
        ({ fullName, failureMessages: [why = ""] }) => `${relative(root, name)}: ${fullName}: ${why.split("\n")[0]}`,
      ),
  );
  // What this machine cannot run says so in its title.
  const unable = json.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== "passed" && status !== "failed")
    .flatMap(({ ancestorTitles }) => ancestorTitles.filter((title) => title.includes("(skipped: ")));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = json;
  return {
    passed: numPassedTests,
    failed: numFailedTests + unloaded.length,
    skipped: numPendingTests + numTodoTests,
    names,
    unable: [...new Set(unable)],
  };
}

/** Mounts that the tests made and left: named, removed, counted. */
function removeLeftMounts(scratch) {
  const left = helperMounts().filter(({ point }) => point.startsWith(`${scratch}/`));
  for (const { point } of left) {
    process.stdout.write(`✗ a mount was left behind: ${point}\n`);
    spawnSync("umount", ["-l", point], { stdio: "inherit" });
  }
  return left.length;
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (error !== undefined) process.stdout.write(`${command}: ${error.message}\n`);
  return status === 0;
}
