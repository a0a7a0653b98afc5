import type { FileName } from "../base/name.ts";

/** Hidden unless asked otherwise: what most often holds secrets (R-HIDE). */
export const hiddenByDefault: readonly string[] = [
  ".env",
  ".env.*",
  "*.pem",
  "*.key",
  "*.p12",
  "*.pfx",
  "*.jks",
  "*.keystore",
  "id_rsa",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  ".netrc",
  ".pgpass",
  ".pypirc",
  ".git-credentials",
];

/** An editor's copies of `a.key`: `a.key~`, `.a.key.swp`, `#a.key#`, `.#a.key`. */
const companions: readonly RegExp[] = [/^(.+)~$/, /^\.(.+)\.sw[a-z]$/, /^#(.+)#$/, /^\.#(.+)$/];

/** Whether a name, or that of the file it is an editor's copy of, matches a pattern. `exempt`: latin1 names that never do. */
export function hiddenNames(patterns: readonly string[], exempt: readonly string[]): (name: FileName) => boolean {
  const matchers = patterns.map(globOf);
  const never = new Set(exempt);
  const isHidden = (name: string): boolean =>
    !never.has(name) && matchers.some((matcher) => matcher.test(Buffer.from(name, "latin1").toString("utf8")));
  return (name) => isHidden(name) || companions.some((each) => isHidden(each.exec(name)?.[1] ?? ""));
}

/** `*` and `?` as a shell reads them; all else is literal. */
function globOf(pattern: string): RegExp {
  const source = [...pattern].map((char) => (char === "*" ? ".*" : char === "?" ? "." : literal(char)));
  // Runs of stars say what one says, and would be tried in every combination.
  return new RegExp(`^${source.join("").replace(/(?:\.\*)+/g, ".*")}$`, "su");
}

function literal(char: string): string {
  return char.replace(/[\\^$.|+()[\]{}/-]/, (special) => (special === "-" ? "-" : `\\${special}`));
}
