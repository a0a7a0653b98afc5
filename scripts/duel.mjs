// `npm run duel -- --help`. Bundles the duel (Node 20 cannot read TypeScript) and runs it.
import { runTestProgram } from "./run-test-program.mjs";

await runTestProgram("test/suites/duel/main.ts");
