/** What somebody who is to help has to know, as one document without secrets. Pure. */
import { redact } from "./redact.ts";

export interface Section {
  readonly title: string;
  /** As it was printed; an Error where it could not be had. */
  readonly text: string | Error;
}

const head = `# Pairmount diagnostics

Invites, keys, tokens, passwords and e-mail addresses are taken out, and the home folder is \`~\`. Names of files, branches and people are
not: read it before you send it.
`;

export function diagnosticsDocument(sections: readonly Section[], homes: readonly string[]): string {
  return redact([head, ...sections.map(sectionText)].join("\n"), homes);
}

function sectionText({ title, text }: Section): string {
  const body = text instanceof Error ? `could not be had: ${text.message}` : text.trimEnd();
  const shown = body === "" ? "(nothing)" : body;
  // Longer than any fence in it.
  const fence = "`".repeat(Math.max(3, ...Array.from(shown.matchAll(/`+/g), ([ticks]) => ticks.length + 1)));
  return `## ${title}\n\n${fence}text\n${shown}\n${fence}\n`;
}

/** `name  value`, one a line. */
export function table(rows: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}
