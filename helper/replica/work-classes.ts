import type { GitPlaces } from "./git-place.ts";
import { rootNode, type NodeId } from "./ids.ts";
import type { Kind, Place } from "./op.ts";
import type { PathRules } from "./path-rules.ts";
import { pathOf, type Tree } from "./tree.ts";

/** `told`: moved to an ignored place from a shared one, and shared wherever it is (R-SEED). */
type DirClass = "shared" | "ignored" | "told";

/** Which places of the work tree are ignored (R-SEED). Asked for what changes here, never for what is read. */
export class WorkClasses {
  readonly #tree: Tree;
  readonly #git: GitPlaces;
  readonly #cache = new Map<NodeId, DirClass>();
  readonly #told = new Set<NodeId>();
  #rules: PathRules;

  constructor(tree: Tree, git: GitPlaces, rules: PathRules) {
    this.#tree = tree;
    this.#git = git;
    this.#rules = rules;
  }

  isIgnored(at: Place, kind: Kind): boolean {
    const node = this.#tree.child(at.parent, at.name);
    return (node === undefined || !this.#told.has(node)) && this.#isIgnoredName(at, kind);
  }

  /** Whatever has the name now. */
  #isIgnoredName(at: Place, kind: Kind): boolean {
    if (this.#classOf(at.parent, 0) === "told" || this.#git.info(at.parent).role !== "work") return false;
    const above = pathOf(this.#tree, at.parent);
    return above !== undefined && this.#rules.isIgnored([...above, at.name], kind);
  }

  isIgnoredDir(dir: NodeId): boolean {
    return this.#classOf(dir, 0) === "ignored";
  }

  /** It is shared, wherever it is and goes. */
  tell(node: NodeId): void {
    this.#told.add(node);
    this.forget();
  }

  /** After a rename: what came from a shared place stays shared. A directory at a shared place again is like any other. */
  moved(node: NodeId, wasIgnored: boolean, to: Place, kind: Kind): void {
    if (!wasIgnored && this.#isIgnoredName(to, kind)) return this.tell(node);
    if (kind === "dir" && this.#told.delete(node)) this.forget();
  }

  setRules(rules: PathRules): void {
    this.#rules = rules;
    this.forget();
  }

  /** A directory moved, went or came back. */
  forget(): void {
    this.#cache.clear();
  }

  #classOf(dir: NodeId, depth: number): DirClass {
    const known = this.#cache.get(dir);
    if (known !== undefined) return known;
    const place = dir === rootNode || depth > 2048 ? undefined : this.#tree.placeOf(dir);
    if (place === undefined) return "shared";
    const found = this.#find(dir, this.#classOf(place.parent, depth + 1));
    this.#cache.set(dir, found);
    return found;
  }

  #find(dir: NodeId, above: DirClass): DirClass {
    if (this.#told.has(dir) || above === "told") return "told";
    if (this.#git.info(dir).role !== "work") return "shared";
    const path = pathOf(this.#tree, dir);
    return path !== undefined && this.#rules.isIgnored(path, "dir") ? "ignored" : "shared";
  }
}
