/** What is drawn in an editor of where the others are. Pure. */
import type { Person } from "./people.ts";

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** What is known of the text that it is drawn in: it may be another than the peer sees. */
export interface Lines {
  readonly count: number;
  readonly lengthOf: (line: number) => number;
}

export interface Mark {
  readonly name: string;
  readonly colour: number;
  /** Not empty, start first. */
  readonly selected: readonly { readonly start: Position; readonly end: Position }[];
  readonly cursors: readonly Position[];
  /** Behind the line of the first cursor. */
  readonly label: Position;
}

/** Of the people whose file this is. Places that this text does not have are the nearest that it has. */
export function marksIn(people: readonly Person[], path: string, lines: Lines): readonly Mark[] {
  return people.flatMap(({ name, colour, file }) => {
    if (file === null || file.path !== path) return [];
    const ranges = file.selections.map(
      ({ anchor, active }) => [nearest(anchor, lines), nearest(active, lines)] as const,
    );
    const cursors = ranges.map(([, active]) => active);
    const [first] = cursors;
    if (first === undefined) return [];
    const selected = ranges
      .filter(([anchor, active]) => compare(anchor, active) !== 0)
      .map(([anchor, active]) =>
        compare(anchor, active) < 0 ? { start: anchor, end: active } : { start: active, end: anchor },
      );
    return [{ name, colour, selected, cursors, label: { line: first.line, character: lines.lengthOf(first.line) } }];
  });
}

export function nearest({ line, character }: Position, { count, lengthOf }: Lines): Position {
  const last = Math.max(0, count - 1);
  if (line > last) return { line: last, character: lengthOf(last) };
  return { line, character: Math.min(character, lengthOf(line)) };
}

function compare(one: Position, other: Position): number {
  return one.line - other.line || one.character - other.character;
}
