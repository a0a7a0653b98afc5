/** flock and fcntl locks between processes of one machine. */
import { writeFileSync } from "node:fs";
import { expect } from "vitest";
import { mustProbe, startProbe } from "../../harness/fs-probe/probe.ts";
import type { Family } from "./family.ts";

const holds = (lock: string): string => `
  f = open(A[0], "r+"); fcntl.${lock}(f, fcntl.LOCK_EX); say("held"); hear(); fcntl.${lock}(f, fcntl.LOCK_UN); say("free"); hear()`;
const tries = (lock: string): string => `
  f = open(A[0], "r+"); R = attempt(fcntl.${lock}, f, fcntl.LOCK_EX | fcntl.LOCK_NB)`;

export const locks: Family = (test) => {
  for (const lock of ["flock", "lockf"] as const) {
    const name = lock === "flock" ? "flock" : "fcntl";
    test(`${name} locks keep another process of this machine out until they are released`, async ({ at }) => {
      writeFileSync(at("f"), "x");
      const holder = startProbe(holds(lock), [at("f")]);
      expect(await holder.heard()).toBe("held");
      expect(["EAGAIN", "EACCES"]).toContain(mustProbe(tries(lock), [at("f")]));
      holder.tell("release");
      expect(await holder.heard()).toBe("free");
      expect(mustProbe(tries(lock), [at("f")])).toBe("ok");
      holder.tell("end");
      await holder.done;
    });

    test(`${name} locks go with the process that is killed`, async ({ at }) => {
      writeFileSync(at("f"), "x");
      const holder = startProbe(holds(lock), [at("f")]);
      await holder.heard();
      holder.kill();
      await holder.done.catch(() => undefined);
      expect(mustProbe(tries(lock), [at("f")])).toBe("ok");
    });
  }

  test("fcntl locks of different ranges do not meet", async ({ at }) => {
    writeFileSync(at("f"), "x".repeat(100));
    const holder = startProbe(`f = open(A[0], "r+"); fcntl.lockf(f, fcntl.LOCK_EX, 10, 0); say("held"); hear()`, [
      at("f"),
    ]);
    await holder.heard();
    const body = `f = open(A[0], "r+"); R = [attempt(fcntl.lockf, f, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, at) for at in (5, 50)]`;
    const [overlapping, apart] = mustProbe(body, [at("f")]) as [string, string];
    expect(["EAGAIN", "EACCES"]).toContain(overlapping);
    expect(apart).toBe("ok");
    holder.tell("end");
    await holder.done;
  });
};
