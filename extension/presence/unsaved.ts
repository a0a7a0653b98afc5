/** Who types in a file in which somebody else has unsaved changes is told so, once. Pure. */
import type { Person } from "./people.ts";

/** Of whom, in which file, it was told: `1:src/a.ts`. */
export type Told = ReadonlySet<string>;

/** Told already, or no longer so: `told` is what remains, `news` who is to be named now. */
export function typedIn(
  path: string,
  people: readonly Person[],
  told: Told,
): { readonly told: Told; readonly news: readonly Person[] } {
  const news = people.filter(({ peer, unsaved }) => unsaved.includes(path) && !told.has(keyOf(peer, path)));
  return { told: new Set([...told, ...news.map(({ peer }) => keyOf(peer, path))]), news };
}

/** What was saved meanwhile may be told again. */
export function stillUnsaved(people: readonly Person[], told: Told): Told {
  const now = new Set(people.flatMap(({ peer, unsaved }) => unsaved.map((path) => keyOf(peer, path))));
  return new Set([...told].filter((key) => now.has(key)));
}

export function unsavedWords(news: readonly Person[], path: string): string {
  const names = news.map(({ name }) => name).join(", ");
  return `${names} ${news.length === 1 ? "has" : "have"} unsaved changes here (${path}).`;
}

function keyOf(peer: number, path: string): string {
  return `${peer}:${path}`;
}
