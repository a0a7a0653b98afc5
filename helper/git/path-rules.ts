import type { FileName } from "../base/name.ts";
import type { Kind } from "../replica/op.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import { hiddenPlaces } from "./hidden-names.ts";
import { createPatterns, type Patterns, saysAnything } from "./patterns.ts";

/** What git says of a path whether or not something there is tracked; below an excluded directory everything is. */
export interface Excludes {
  isExcluded(path: readonly FileName[], kind: Kind): boolean;
  /** As `isExcluded`, of many names in one directory. */
  within(dir: readonly FileName[]): (name: string, kind: Kind) => boolean;
}

/** R-HIDE and R-SEED as the host told them. */
export function pathRulesOf(data: PathRulesData): PathRules {
  const excludes = excludesOf(data);
  const kept = keptPaths(data);
  return {
    isHidden: hiddenPlaces(data.hidden, data.exempt),
    isIgnored: (path, kind) => excludes.isExcluded(path, kind) && !kept.has(path.join("/")),
  };
}

/** Tracked paths, repositories, and what is above either: never ignored. */
function keptPaths({ repositories }: PathRulesData): ReadonlySet<string> {
  const kept = new Set<string>();
  const keep = (path: string): void => {
    for (let above = path; above !== "" && !kept.has(above); above = parentOf(above)) kept.add(above);
  };
  for (const { dir, tracked } of repositories) {
    keep(dir);
    for (const path of tracked) keep(below(dir, path));
  }
  return kept;
}

interface Directory {
  /** Outside every repository nothing is. */
  readonly inRepository: boolean;
  readonly excluded: boolean;
  /** What speaks of the names in it, the strongest first. */
  readonly patterns: readonly Patterns[];
}

const outside: Directory = { inRepository: false, excluded: false, patterns: [] };
/** Directories remembered. More are found anew. */
const mostDirectories = 20_000;

export function excludesOf({
  repositories,
  ignoreFiles,
}: Pick<PathRulesData, "repositories" | "ignoreFiles">): Excludes {
  const roots = new Map(repositories.map((each) => [each.dir, each]));
  const texts = new Map(ignoreFiles.map(({ dir, text }) => [dir, text]));
  const cache = new Map<string, Directory>();

  function directory(path: readonly FileName[]): Directory {
    const key = path.join("/");
    const known = cache.get(key);
    if (known !== undefined) return known;
    const found = find(path, key);
    if (cache.size >= mostDirectories) cache.clear();
    cache.set(key, found);
    return found;
  }

  function find(path: readonly FileName[], key: string): Directory {
    const root = roots.get(key);
    const above = path.length === 0 || root !== undefined ? outside : directory(path.slice(0, -1));
    if (above.excluded || excludedBy(above, key, "dir")) return { inRepository: true, excluded: true, patterns: [] };
    if (root === undefined && !above.inRepository) return outside;
    const text = texts.get(key);
    const added = [...(text === undefined ? [] : [text]), ...(root?.excludes ?? [])].filter(saysAnything);
    const patterns = [...added.map((each) => createPatterns(key, each)), ...above.patterns];
    return { inRepository: true, excluded: false, patterns };
  }

  function within(dir: readonly FileName[]): (name: string, kind: Kind) => boolean {
    const parent = directory(dir);
    const above = dir.join("/");
    return (name, kind) => {
      const path = below(above, name);
      if (name === ".git" || roots.has(path)) return false;
      return parent.excluded || (parent.patterns.length > 0 && excludedBy(parent, path, kind));
    };
  }

  return {
    within,
    isExcluded(path, kind) {
      const name = path.at(-1);
      return name !== undefined && within(path.slice(0, -1))(name, kind);
    },
  };
}

function excludedBy({ patterns }: Directory, path: string, kind: Kind): boolean {
  for (const each of patterns) {
    const verdict = each.verdict(path, kind);
    if (verdict !== undefined) return verdict;
  }
  return false;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function below(dir: string, path: string): string {
  return dir === "" ? path : `${dir}/${path}`;
}
