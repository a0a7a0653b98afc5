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
const companion = /^(?:(?<backup>.+)~|\.(?<swap>.+)\.sw[a-z]|#(?<auto>.+)#|\.#(?<lock>.+))$/s;

/** Whether a name, or that of the file it is an editor's copy of, matches a pattern. `exempt`: latin1 names that never do. */
export function hiddenNames(patterns: readonly string[], exempt: readonly string[]): (name: FileName) => boolean {
  const exact = new Set(patterns.filter((pattern) => !wild.test(pattern)).map(bytesOf));
  const globs = patterns.filter((pattern) => wild.test(pattern)).map(globOf);
  const never = new Set(exempt);
  const isHidden = (name: string): boolean => (exact.has(name) || globs.some((glob) => glob(name))) && !never.has(name);
  return (name) => {
    if (isHidden(name)) return true;
    if (!name.endsWith("~") && name[0] !== "." && name[0] !== "#") return false;
    const { backup, swap, auto, lock } = companion.exec(name)?.groups ?? {};
    return [backup, swap, auto, lock].some((of) => of !== undefined && isHidden(of));
  };
}

const wild = /[*?]/;
const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** `*` and `?` as a shell reads them, of a latin1 name; all else is literal. Every name is asked of: most are told apart by how they begin and end. */
function globOf(pattern: string): (name: string) => boolean {
  const [, begin = "", end = ""] = /^([^*?]*).*?([^*?]*)$/s.exec(pattern) ?? [];
  const [prefix, suffix] = [bytesOf(begin), bytesOf(end)];
  const glob = Array.from(pattern);
  return (name) =>
    name.startsWith(prefix) &&
    name.endsWith(suffix) &&
    matches(glob, Array.from(Buffer.from(name, "latin1").toString("utf8")));
}

/** Time grows with the product of the lengths, whatever the pattern. */
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
