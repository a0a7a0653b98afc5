/** Row 8: what a vanished peer held is freed within its lease, and nothing else is. */
import { existsSync, mkdirSync, openSync, closeSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { eventually, type Declare } from "./peers.ts";

const leaseMs = 20_000;

export const crashes = (test: Declare): void => {
  test("row 8: a killed peer's locks go within the lease, the living peer's stay", async ({ a, b, peers, skip }) => {
    const crash = peers.crash ?? skip("these peers cannot crash alone");
    mkdirSync(join(a, ".git", "refs"), { recursive: true });
    mkdirSync(join(a, ".git", "objects"));
    writeFileSync(join(a, ".git", "HEAD"), "ref: refs/heads/main\n");
    await eventually(() => expect(existsSync(join(b, ".git", "HEAD"))).toBe(true));
    closeSync(openSync(join(a, ".git", "HEAD.lock"), "wx"));
    closeSync(openSync(join(b, ".git", "index.lock"), "wx"));
    await eventually(() => expect(existsSync(join(a, ".git", "index.lock"))).toBe(true));
    await crash(1);
    await eventually(() => closeSync(openSync(join(a, ".git", "index.lock"), "wx")), leaseMs);
    expect(existsSync(join(a, ".git", "HEAD.lock"))).toBe(true);
    for (const name of ["HEAD.lock", "index.lock"]) unlinkSync(join(a, ".git", name));
  });
};
