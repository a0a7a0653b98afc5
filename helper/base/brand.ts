/** A value that must not be mixed with others of the same shape; made by exactly one parse or create function. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Ends an exhaustive switch: the compiler refuses a case left out, the assert catches what slipped past an edge. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** A broken invariant: a defect of this program, never an answer to input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
