import ignore, { type Ignore } from "ignore";
import type { Kind } from "../replica/op.ts";

/** One file of patterns, as it stands in a directory. Bytes throughout (latin1), as git compares them: `?` matches half of an `é`. */
export interface Patterns {
  /** The last pattern that matches this very path (somewhere below the directory) says so; undefined: none does. */
  verdict(path: string, kind: Kind): boolean | undefined;
}

/** More than blank lines and comments, as `git init` leaves it in info/exclude. */
export function saysAnything(text: string): boolean {
  return /^[^#\s]/m.test(text) || /^[ \t]+\S/m.test(text);
}

/** The library remembers every answer: after so many it begins anew. */
const mostAnswers = 20_000;

export function createPatterns(dir: string, text: string): Patterns {
  const skipped = dir === "" ? 0 : dir.length + 1;
  let all: Ignore | undefined;
  /** By directory: the same patterns, where they exclude a directory that a deeper file included again. */
  const included = new Map<string, Ignore>();
  let answers = 0;

  /** The library says what holds for what is above, too: that is settled before, by all files together, so these patterns' word on it is taken back. */
  function patternsIn(parent: string): Ignore {
    if (++answers > mostAnswers) {
      all = undefined;
      included.clear();
      answers = 0;
    }
    all ??= compiled(text);
    if (parent === "" || !all.ignores(`${parent}/`)) return all;
    const names = parent.split("/");
    const known =
      included.get(parent) ?? compiled(text).add(names.map((_, i) => `!/${escaped(names.slice(0, i + 1).join("/"))}/`));
    included.set(parent, known);
    return known;
  }

  return {
    verdict(path, kind) {
      const relative = path.slice(skipped);
      const parent = relative.slice(0, Math.max(0, relative.lastIndexOf("/")));
      try {
        const { ignored, unignored } = patternsIn(parent).test(kind === "dir" ? `${relative}/` : relative);
        return ignored ? true : unignored ? false : undefined;
      } catch (error) {
        // What the library cannot make an expression of matches nothing.
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
  };
}

function compiled(text: string): Ignore {
  return ignore({ ignoreCase: false }).add(text.replace(/^\u00ef\u00bb\u00bf/, ""));
}

function escaped(path: string): string {
  return path.replace(/[\\*?[\]! #]/g, "\\$&");
}
