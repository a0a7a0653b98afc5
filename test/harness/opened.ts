/** What the tests of one `describe` share. */
import { afterAll, beforeAll } from "vitest";

/** Call it in the body of `describe`: opened before its first test, closed after its last. What it returns is for its tests. */
export function useOpened<T extends { close(): Promise<void> }>(open: () => Promise<T>): () => T {
  let opened: T | undefined;
  beforeAll(async () => {
    opened = await open();
  }, 120_000);
  afterAll(async () => {
    await opened?.close();
  }, 120_000);
  return () => {
    if (opened === undefined) throw new Error("it did not open");
    return opened;
  };
}
