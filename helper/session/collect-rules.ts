/** What is hidden and what git ignores in the shared folder (R-HIDE, R-SEED), as the host tells it to guests. */
import type { FileName } from "../base/name.ts";
import { hiddenNames, hiddenPlaces } from "../git/hidden-names.ts";
import { excludesOf } from "../git/path-rules.ts";
import { saysAnything } from "../git/patterns.ts";
import { fitsRules } from "../peer/codec/rules.ts";
import type { NodeId } from "../replica/ids.ts";
import type { Kind } from "../replica/op.ts";
import type { PathRules } from "../replica/path-rules.ts";
import type { Exempt, IgnoreFile, PathRulesData, Repository } from "../replica/path-rules-data.ts";
import { kindOfDotGit, type Looked, lookAt, readSmall, type RealFolder } from "./look-at-repository.ts";
import { type Entry, findSources, type Named, pathBelow, type RulesSources } from "./rules-sources.ts";

export interface RulesCollector {
  /** Before the first look at the tree, if there is something to do meanwhile: git is asked about the folder itself. */
  begin(): void;
  /** First, once: which names are hidden as long as the folder is shared, and what has one now (paths for display, sorted; a directory, `name/`, stands for what is in it). */
  hidden(tree: Iterable<Entry>, dirAt: (path: string) => NodeId | undefined): Promise<Hidden>;
  /** All of it, as it is now; the first time as `hidden` found it. Like that, never rejects: what git cannot say is shared, and said. */
  collect(tree: () => Iterable<Entry>): Promise<PathRulesData>;
}

export interface Hidden {
  readonly isHidden: PathRules["isHidden"];
  readonly files: readonly string[];
}

export interface RulesOptions {
  /** Names that are hidden, but where tracked files are. */
  readonly hide: readonly string[];
  /** What git ignores is shared like everything else. */
  readonly shareIgnored: boolean;
}

/** Repositories that are looked at at once. */
const abreast = 8;
/** How long the event loop is held at most, in ms. */
const slice = 10;

export function createRulesCollector(
  parts: RulesOptions & { readonly folder: RealFolder; readonly warn: (text: string) => void },
): RulesCollector {
  const { folder, hide } = parts;
  const asks = hide.length > 0 || !parts.shareIgnored;
  const isMeant = hiddenNames(hide);
  let exempt: readonly Exempt[] = [];
  let ahead: Promise<Looked | undefined> | undefined;
  let fresh: { readonly sources: RulesSources; readonly looked: readonly Looked[] } | undefined;
  const said = new Set<string>();
  /** What git said last of each. */
  const last = new Map<string, Looked>();

  function warn(text: string): void {
    if (!said.has(text)) parts.warn(text);
    said.add(text);
  }

  async function look(dir: string, kind: Kind): Promise<Looked | undefined> {
    try {
      const looked = await lookAt(folder, dir, kind);
      last.set(dir, looked);
      return looked;
    } catch (error) {
      // What guests have as their own would be told to all, were it not ignored for a moment.
      const before = last.get(dir);
      if (before !== undefined) return before;
      warn(`What git ignores in ${shown(dir)} is shared like everything else: ${(error as Error).message}`);
      return undefined;
    }
  }

  async function lookAtAll({ repositories }: RulesSources): Promise<Looked[]> {
    const looked: (Looked | undefined)[] = [];
    for (let from = 0; asks && from < repositories.length; from += abreast) {
      const some = repositories.slice(from, from + abreast);
      looked.push(...(await Promise.all(some.map(({ dir, kind }) => (dir === "" && ahead) || look(dir, kind)))));
      ahead = undefined;
    }
    return looked.filter((each) => each !== undefined);
  }

  return {
    begin() {
      const kind = asks ? kindOfDotGit(folder) : undefined;
      if (kind !== undefined) ahead = look("", kind);
    },
    async hidden(tree, dirAt) {
      const sources = findSources(tree, isMeant);
      const looked = await lookAtAll(sources);
      fresh = { sources, looked };
      exempt = exemptOf(looked, { named: sources.named, isMeant, dirAt });
      const isHidden = hiddenPlaces(hide, exempt);
      return { isHidden, files: hiddenFiles(sources.named, isHidden) };
    },
    async collect(tree) {
      const only: PathRulesData = { hidden: hide, exempt, repositories: [], ignoreFiles: [] };
      if (parts.shareIgnored) return only;
      const sources = fresh?.sources ?? findSources(tree(), isMeant);
      const looked = fresh?.looked ?? (await lookAtAll(sources));
      fresh = undefined;
      const { isWithin, told } = withoutHidden(sources, looked, hiddenPlaces(hide, exempt));
      const ignoreFiles = sources.ignoring.filter(isWithin).flatMap((dir): IgnoreFile[] => {
        const text = readSmall(folder, pathBelow(dir, ".gitignore"));
        return text === undefined ? [] : [{ dir, text }];
      });
      const all = { ...only, ...(await withTracked(told, ignoreFiles)) };
      if (fitsRules(all)) return all;
      warn("What git ignores is shared like everything else: there are too many patterns, or tracked files that match");
      return only;
    },
  };
}

/** Where tracked files are that a pattern would hide, and hidden directories that hold any. */
function exemptOf(
  looked: readonly Looked[],
  tree: {
    readonly named: readonly Named[];
    readonly isMeant: (name: FileName) => boolean;
    readonly dirAt: (path: string) => NodeId | undefined;
  },
): Exempt[] {
  const places = new Map<string, Exempt>();
  const add = (dir: NodeId | undefined, name: FileName): void => {
    if (dir !== undefined) places.set(`${dir}/${name}`, { dir, name });
  };
  const dirs = tree.named.filter(({ kind }) => kind === "dir");
  for (const { dir, tracked } of looked)
    for (const path of tracked) {
      const end = path.lastIndexOf("/");
      const name = path.slice(end + 1) as FileName;
      if (tree.isMeant(name)) add(tree.dirAt(end < 0 ? dir : pathBelow(dir, path.slice(0, end))), name);
      for (const above of dirs) if (pathBelow(dir, path).startsWith(`${above.path}/`)) add(above.parent, above.name);
    }
  return [...places.values()];
}

/** The outermost, sorted. */
function hiddenPaths(named: readonly Named[], isHidden: PathRules["isHidden"]): Named[] {
  const hidden = named.filter(({ name, parent }) => isHidden(name, parent));
  const isWithin = insideOf(hidden);
  return hidden.filter(({ path }) => !isWithin(path.slice(0, Math.max(0, path.lastIndexOf("/")))));
}

/** Whether a path is one of these, or below one. */
function insideOf(paths: readonly Named[]): (path: string) => boolean {
  const known = new Set(paths.map(({ path }) => path));
  return (path) => {
    for (let above = path; above !== ""; above = above.slice(0, Math.max(0, above.lastIndexOf("/"))))
      if (known.has(above)) return true;
    return false;
  };
}

function hiddenFiles(named: readonly Named[], isHidden: PathRules["isHidden"]): string[] {
  return hiddenPaths(named, isHidden).map(({ path, kind }) =>
    Buffer.from(kind === "dir" ? `${path}/` : path, "latin1").toString("utf8"),
  );
}

/** Of what is hidden, guests hear nothing; and what git said nothing of, ignores nothing. */
function withoutHidden(sources: RulesSources, looked: readonly Looked[], isHidden: PathRules["isHidden"]) {
  const isApart = insideOf(hiddenPaths(sources.named, isHidden));
  const isTold = (dir: string): boolean => !isApart(dir);
  const known = new Map(looked.map((each) => [each.dir, each]));
  const roots = new Set(sources.repositories.map(({ dir }) => dir));
  const told = [...roots].filter(isTold).map((dir) => known.get(dir) ?? { dir, excludes: [], tracked: [] });
  const rootOf = (dir: string): string | undefined => {
    for (let above = dir; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/")))) {
      if (roots.has(above)) return above;
      if (above === "") return undefined;
    }
  };
  const isWithin = (dir: string): boolean => isTold(dir) && known.has(rootOf(dir) ?? "/");
  return { isWithin, told };
}

/** Leaves out the files that git never reads, since their directories are ignored, and of what is tracked all that nothing ignores. */
async function withTracked(
  looked: readonly Looked[],
  ignoreFiles: readonly IgnoreFile[],
): Promise<Pick<PathRulesData, "repositories" | "ignoreFiles">> {
  const texts = [...ignoreFiles.map(({ text }) => text), ...looked.flatMap(({ excludes }) => excludes)];
  if (!texts.some(saysAnything))
    return { repositories: looked.map(({ dir }) => ({ dir, excludes: [], tracked: [] })), ignoreFiles: [] };
  const rules = excludesOf({
    repositories: looked.map((each) => ({ ...each, tracked: [] })),
    ignoreFiles,
  });
  const repositories: Repository[] = [];
  let started = performance.now();
  for (const { dir, excludes, tracked } of looked) {
    const ignored: string[] = [];
    let isIgnored = rules.within(namesOf(dir));
    let at = "";
    for (const path of tracked) {
      // Git lists them in order: those of one directory come together, more or less.
      const above = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      if (above !== at) isIgnored = rules.within([...namesOf(dir), ...namesOf(above)]);
      at = above;
      if (isIgnored(path.slice(above === "" ? 0 : above.length + 1), "file")) ignored.push(path);
      if (performance.now() - started < slice) continue;
      await new Promise((resolve) => setImmediate(resolve));
      started = performance.now();
    }
    repositories.push({ dir, excludes, tracked: ignored });
  }
  const read = ignoreFiles.filter(({ dir }) => !rules.isExcluded(namesOf(dir), "dir"));
  return { repositories, ignoreFiles: read };
}

function namesOf(path: string): FileName[] {
  return path === "" ? [] : (path.split("/") as FileName[]);
}

function shown(dir: string): string {
  return dir === "" ? "the folder" : Buffer.from(dir, "latin1").toString("utf8");
}
