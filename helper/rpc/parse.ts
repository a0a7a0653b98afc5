/** Parsers for what arrives as JSON: the typed value, or undefined when the shape is another. Unknown fields are dropped. */
export type Parser<T> = (raw: unknown) => T | undefined;

export const text: Parser<string> = (raw) => (typeof raw === "string" ? raw : undefined);
export const flag: Parser<boolean> = (raw) => (typeof raw === "boolean" ? raw : undefined);
export const figure: Parser<number> = (raw) => (typeof raw === "number" && Number.isFinite(raw) ? raw : undefined);

/** A line, a character: a whole number that fits four bytes. */
export const count: Parser<number> = (raw) =>
  typeof raw === "number" && Number.isInteger(raw) && raw >= 0 && raw <= 0xffffffff ? raw : undefined;

export function oneOf<T extends string>(...values: readonly T[]): Parser<T> {
  return (raw) => values.find((value) => value === raw);
}

export function orNull<T>(parse: Parser<T>): Parser<T | null> {
  return (raw) => (raw === null ? null : parse(raw));
}

export function list<T>(parse: Parser<T>, most = Number.POSITIVE_INFINITY): Parser<readonly T[]> {
  return (raw) => {
    if (!Array.isArray(raw) || raw.length > most) return undefined;
    const values: T[] = [];
    for (const item of raw as readonly unknown[]) {
      const value = parse(item);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  };
}

type Fields<T> = { readonly [K in keyof T]-?: Parser<Exclude<T[K], undefined>> };

/** Every field of T has its parser, by type; those in `optional` may be missing. */
export function record<T extends object>(fields: Fields<T>, optional: readonly (keyof T)[] = []): Parser<T> {
  const parsers = Object.entries(fields) as [keyof T & string, Parser<unknown>][];
  return (raw) => {
    if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return undefined;
    const given = raw as Readonly<Record<string, unknown>>;
    const value: Record<string, unknown> = {};
    for (const [key, parse] of parsers) {
      if (given[key] === undefined && optional.includes(key)) continue;
      const parsed = parse(given[key]);
      if (parsed === undefined) return undefined;
      value[key] = parsed;
    }
    return value as T;
  };
}

/** JSON text to a value; undefined when it is no JSON, or of another shape. */
export function fromJson<T>(json: string, parse: Parser<T>): T | undefined {
  try {
    return parse(JSON.parse(json));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
