import type { FileName } from "../base/name.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Exempt } from "../replica/path-rules-data.ts";

/** Hidden unless asked otherwise: what most often holds secrets (R-HIDE). A `!` begins an exception. */
export const hiddenByDefault: readonly string[] = [
  ".env",
  ".env.*",
  "!.env.example",
  "!.env.sample",
  "!.env.template",
  "!.env.dist",
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

/** Whether a name, or that of the file it is an editor's copy of, matches a pattern, and none that begins with `!`. */
export function hiddenNames(patterns: readonly string[]): (name: FileName) => boolean {
  const isMeant = matcher(patterns);
  return (name) => isMeant(name) || originalsOf(name).some(isMeant);
}

/** As `hiddenNames`, but for the names in directories that are exempt, and their editors' copies. */
export function hiddenPlaces(
  patterns: readonly string[],
  exempt: readonly Exempt[],
): (name: FileName, dir: NodeId) => boolean {
  const isMeant = matcher(patterns);
  const shared = new Set(exempt.map(({ dir, name }) => `${dir}/${name}`));
  return (name, dir) => {
    const meant = isMeant(name) ? [name] : originalsOf(name).filter(isMeant);
    return meant.length > 0 && !shared.has(`${dir}/${name}`) && meant.some((each) => !shared.has(`${dir}/${each}`));
  };
}

/** Every name is asked of: most are told apart by their first and last byte. */
function originalsOf(name: string): readonly string[] {
  if (!name.endsWith("~") && name[0] !== "." && name[0] !== "#") return none;
  return Object.values(companion.exec(name)?.groups ?? {}).filter((of) => of !== undefined);
}

const none: readonly string[] = [];

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const isOne = anyOf(patterns.filter((pattern) => !pattern.startsWith("!")));
  const isNone = anyOf(patterns.flatMap((pattern) => (pattern.startsWith("!") ? [pattern.slice(1)] : [])));
  return (name) => isOne(name) && !isNone(name);
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !wild.test(pattern)).map(bytesOf));
  const globs = patterns.filter((pattern) => wild.test(pattern)).map(globOf);
  return (name) => exact.has(name) || globs.some((glob) => glob(name));
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
