// `npm run bench -- --help`. Bundles the bench (Node 20 cannot read TypeScript) and runs it.
import { runTestProgram } from "./run-test-program.mjs";

await runTestProgram("test/bench/main.ts");
