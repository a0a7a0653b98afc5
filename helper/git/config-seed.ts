import { formatConfig, parseConfig, type ConfigEntry } from "./config-text.ts";
import { sharedUrl } from "./remote-url.ts";

export interface SeedOptions {
  /** How many directories the git dir lies below the root of the workspace: `core.worktree` may climb so far. */
  readonly depth?: number;
}

/**
 * What of a git dir's config other peers get (R-PRIV): by allow-list, so that whatever a git of tomorrow learns to run is
 * left out today. No identity, no credentials, nothing that names a program, includes a file or redirects a URL.
 * The sender strips before it sends, and the receiver again what it got. seed(seed(x)) = seed(x).
 */
export function seedConfig(config: Uint8Array, options: SeedOptions = {}): Uint8Array {
  const entries = parseConfig(Buffer.from(config).toString("latin1"));
  return toBytes(entries.flatMap((entry) => shared(entry, options.depth ?? 0)));
}

/** The config a guest's git dir is born with: gc and maintenance there would pull the whole repository over the link. */
export function guestConfig(seed: Uint8Array): Uint8Array {
  return Buffer.concat([seed, Buffer.from(guestSettings.join(""))]);
}

const guestSettings = ["[gc]\n\tauto = 0\n", "[maintenance]\n\tauto = false\n"] as const;

/**
 * The config without what `guestConfig` added, for a clone that is no guest's any more; every other byte stays. A seed has no
 * such sections, and git adds keys below these lines: as they were written they are Pairmount's.
 */
export function withoutGuestSettings(config: Uint8Array): Buffer {
  let text = Buffer.from(config).toString("latin1");
  for (const setting of guestSettings) {
    const [header = ""] = setting.split(/(?<=\n)/);
    const from = text.lastIndexOf(setting);
    if (from < 0 || (from > 0 && text[from - 1] !== "\n")) continue;
    const after = text.slice(from + setting.length);
    // A section that got keys of the user's keeps its header.
    text = `${text.slice(0, from)}${/^[ \t]+[^\s[]/.test(after) ? header : ""}${after}`;
  }
  return Buffer.from(text, "latin1");
}

type Rule = (value: string, depth: number) => string | undefined;

/** Any value without control characters: it is never a program, path or address where this rule is used. */
const plain: Rule = (value) => (isPrintable(value) ? value : undefined);
const word: Rule = (value) => (/^[A-Za-z0-9._-]*$/.test(value) ? value : undefined);
const url: Rule = (value) => sharedUrl(value);
/** `branch.*.remote` may itself be an address (git-config(1)): only what is a remote's name passes. */
const remoteName: Rule = (value) => (/^[A-Za-z0-9._][A-Za-z0-9._/-]*$/.test(value) ? value : undefined);
/** `!command` runs it. */
const updateMode: Rule = (value) => (["checkout", "rebase", "merge", "none"].includes(value) ? value : undefined);
/** Relative, and not out of the workspace: git would check out over whatever is there. */
const workTree: Rule = (value, depth) => (isPrintable(value) && staysInside(value, depth) ? value : undefined);

const bySection: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  core: {
    repositoryformatversion: word,
    filemode: word,
    bare: word,
    symlinks: word,
    ignorecase: word,
    precomposeunicode: word,
    logallrefupdates: word,
    autocrlf: word,
    eol: word,
    safecrlf: word,
    sharedrepository: word,
    sparsecheckout: word,
    sparsecheckoutcone: word,
    quotepath: word,
    worktree: workTree,
  },
  extensions: {
    objectformat: word,
    compatobjectformat: word,
    refstorage: word,
    worktreeconfig: word,
    relativeworktrees: word,
    preciousobjects: word,
    partialclone: remoteName,
    noop: word,
  },
  index: { version: word, sparse: word },
  i18n: { commitencoding: word, logoutputencoding: word },
  push: { default: word, followtags: word, autosetupremote: word },
  pull: { rebase: word, ff: word },
  receive: { denynonfastforwards: word },
  submodule: { active: plain, recurse: word },
};

const bySubsection: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  remote: {
    url,
    pushurl: url,
    fetch: plain,
    push: plain,
    tagopt: plain,
    prune: word,
    prunetags: word,
    mirror: word,
    promisor: word,
    partialclonefilter: plain,
    skipdefaultupdate: word,
    skipfetchall: word,
  },
  branch: { remote: remoteName, pushremote: remoteName, merge: plain, rebase: word, description: plain },
  submodule: {
    url,
    active: word,
    branch: plain,
    ignore: word,
    shallow: word,
    fetchrecursesubmodules: word,
    update: updateMode,
  },
};

function shared(entry: ConfigEntry, depth: number): ConfigEntry[] {
  const rule = ruleOf(entry);
  if (rule === undefined || (entry.subsection !== undefined && !isSafeName(entry.subsection))) return [];
  // A key alone means true; where git wants text it refuses the whole file.
  if (entry.value === undefined) return rule === word ? [entry] : [];
  const value = rule(entry.value, depth);
  return value === undefined ? [] : [{ ...entry, value }];
}

function ruleOf({ section, subsection, key }: ConfigEntry): Rule | undefined {
  const sections = subsection === undefined ? bySection : bySubsection;
  const rules = Object.hasOwn(sections, section) ? sections[section] : undefined;
  return rules !== undefined && Object.hasOwn(rules, key) ? rules[key] : undefined;
}

/** A remote's or submodule's name becomes part of paths and arguments. */
function isSafeName(name: string): boolean {
  return name !== "" && !name.startsWith("-") && isPrintable(name) && !name.split(/[/\\]/).includes("..");
}

function isPrintable(value: string): boolean {
  return !/[\u0000-\u001f\u007f]/.test(value);
}

function staysInside(path: string, depth: number): boolean {
  if (path === "" || path.startsWith("/")) return false;
  let level = depth;
  for (const part of path.split("/")) {
    if (part === "..") level--;
    else if (part !== "" && part !== ".") level++;
    if (level < 0) return false;
  }
  return true;
}

function toBytes(entries: readonly ConfigEntry[]): Uint8Array {
  return Buffer.from(formatConfig(entries), "latin1");
}
