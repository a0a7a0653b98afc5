/** `doctor`: what mounting needs here, and what mends it. */
import { exit } from "./exit-codes.ts";
import type { Check, CliPorts } from "./ports.ts";

const marks: { readonly [S in Check["state"]]: string } = { ok: "ok     ", warning: "warning", failed: "FAILED " };

export async function runDoctor(ports: CliPorts, { json }: { readonly json: boolean }): Promise<number> {
  const checks = await ports.diagnose();
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  for (const check of checks) ports.terminal.out(json ? `${JSON.stringify(check)}\n` : textOf(check, width));
  return checks.some(({ state }) => state === "failed") ? exit.unhealthy : exit.fine;
}

function textOf({ name, state, detail, mend }: Check, width: number): string {
  const line = `${marks[state]}  ${name.padEnd(width)}  ${detail}\n`;
  return mend === undefined ? line : `${line}${" ".repeat(width + 11)}mend: ${mend}\n`;
}
