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
  const globs = patterns.map((pattern) => [...pattern]);
  const never = new Set(exempt);
  const isHidden = (name: string): boolean => {
    if (never.has(name)) return false;
    const chars = [...Buffer.from(name, "latin1").toString("utf8")];
    return globs.some((glob) => matches(glob, chars));
  };
  return (name) => isHidden(name) || companions.some((each) => isHidden(each.exec(name)?.[1] ?? ""));
}

/** `*` and `?` as a shell reads them; all else is literal. Time grows with the product of the lengths, whatever the pattern. */
function matches(glob: readonly string[], chars: readonly string[]): boolean {
  let at = 0;
  let from = 0;
  /** The last star, and how far it reaches. */
  let star = -1;
  let reach = 0;
  while (from < chars.length) {
    if (glob[at] === "*") {
      star = at++;
      reach = from;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === chars[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++reach;
    } else return false;
  }
  return glob.slice(at).every((char) => char === "*");
}
