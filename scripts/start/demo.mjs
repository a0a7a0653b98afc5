// The demo repository: about 40 files, a dozen commits, branches main and topic.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { git } from "./git.mjs";

const parts = ["parser", "printer", "planner", "runner", "store", "report"];

export async function makeDemo(folder) {
  mkdirSync(folder);
  const run = (...args) => git("demo", folder, ...args);
  const commit = async (subject, files) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    await run("add", "--all");
    await run("commit", "-q", "-m", subject);
  };
  await run("init", "-q", "-b", "main");
  await run("config", "user.name", "demo");
  await run("config", "user.email", "demo@example.invalid");
  await commit("Begin", { "README.md": "# A demo repository\n\nShared by `npm start`.\n", ".gitignore": "build/\n" });
  for (const part of parts) {
    const files = {};
    for (const file of ["index", "rules", "state", "text", "check"])
      files[`src/${part}/${file}.ts`] = source(part, file);
    files[`docs/${part}.md`] = `# ${part}\n\nWhat the ${part} does, in ${part.length} words.\n`;
    await commit(`Add the ${part}`, files);
  }
  await run("branch", "topic");
  for (const part of parts.slice(0, 3))
    await commit(`Say more about the ${part}`, { [`docs/${part}.md`]: `# ${part}\n\nLonger.\n` });
  await run("checkout", "-q", "topic");
  await commit("Try another store", { "src/store/index.ts": source("store", "another") });
  await commit("Explain the store", { "docs/store.md": "# store\n\nAnother one.\n" });
  await run("checkout", "-q", "main");
}

function source(part, file) {
  const lines = Array.from({ length: 20 }, (_, i) => `export const ${part}${i} = "${file} ${i}";`);
  return `${lines.join("\n")}\n`;
}
