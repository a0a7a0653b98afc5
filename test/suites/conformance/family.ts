/** How a family of conformance tests declares its tests: each gets a fresh directory, exceptions turn a test around. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, type TestContext } from "vitest";
import type { Target } from "./target.ts";

export interface Place {
  /** Fresh and empty, on the file system under test. */
  readonly dir: string;
  readonly target: Target;
  /** Ends the test as skipped, with the reason: what was not looked at must not count as passed. */
  readonly skip: (why: string) => never;
  /** A path in the fresh directory. */
  readonly at: (...names: string[]) => string;
}

export type Body = (place: Place) => void | Promise<void>;
export type Declare = (title: string, body: Body, timeoutMs?: number) => void;
export type Family = (test: Declare) => void;

/** Title → why the file system under test cannot do it. The test must then fail: one that works is no exception. */
export type Exceptions = Readonly<Record<string, string>>;

export function createDeclare(target: () => Target, exceptions: Exceptions, seen: Set<string>): Declare {
  let count = 0;
  return (title, body, timeoutMs = 60_000) => {
    if (seen.has(title)) throw new Error(`two tests are called: ${title}`);
    seen.add(title);
    const number = (count += 1);
    const run = async (context: TestContext): Promise<void> => {
      const dir = join(target().dir, `case-${number}`);
      mkdirSync(dir);
      await body({
        dir,
        target: target(),
        at: (...names) => join(dir, ...names),
        skip: (why) => context.skip(why),
      });
    };
    const reason = exceptions[title];
    if (reason === undefined) it(title, run, timeoutMs);
    else it.fails(`${title} (exception: ${reason})`, run, timeoutMs);
  };
}

/** `ok`, or the code of the error the call threw. */
export function wordOf(call: () => unknown): string {
  try {
    call();
    return "ok";
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string") throw error;
    // Node names 95 after its older alias.
    return code === "ENOTSUP" ? "EOPNOTSUPP" : code;
  }
}

export function expectAnswer(word: string, expected: string | readonly string[]): void {
  const heard = word === "ENOTSUP" ? "EOPNOTSUPP" : word;
  expect(typeof expected === "string" ? [expected] : expected).toContain(heard);
}
