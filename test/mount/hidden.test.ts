/** R-HIDE between two mounts: what is hidden is each peer's own, and is lost by nothing that another does. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { gitEnvironment } from "../harness/git.ts";
import { startSession } from "../harness/peers.ts";
import { mustRun } from "../harness/run.ts";

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});

async function shared() {
  const folder = mkdtempSync(join(tmpdir(), "pm-hidden-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "conf"));
  writeFileSync(join(folder, ".env"), "TOKEN=mine\n");
  writeFileSync(join(folder, ".env.example"), "TOKEN=\n");
  writeFileSync(join(folder, "conf/server.key"), "secret\n");
  writeFileSync(join(folder, "conf/server.conf"), "port 1\n");
  const env = gitEnvironment("ada");
  await mustRun("git", ["init", "-q", folder], { env });
  await mustRun("git", ["-C", folder, "add", ".env.example", "conf/server.conf"], { env });
  await mustRun("git", ["-C", folder, "commit", "-qm", "one"], { env });
  const session = await startSession({ folder, guests: 1, separateMount: true });
  ends.push(() => session.close());
  const host = session.host.root;
  const guest = session.guests[0]?.root ?? "";
  /** Until everything one did is at the other. */
  const told = async (from: string, to: string): Promise<void> => {
    const mark = `mark-${performance.now()}`;
    writeFileSync(join(from, mark), "");
    await vi.waitFor(() => statSync(join(to, mark)), { timeout: 20_000, interval: 20 });
    rmSync(join(from, mark));
    await vi.waitFor(() => expect(existsSync(join(to, mark))).toBe(false), { timeout: 20_000, interval: 20 });
  };
  return { folder, host, guest, first: session.host.helper.first, told };
}

test("R-HIDE: the host's .env is not at the guest, the guest's own is not at the host, and nobody removes the other's", async () => {
  const { folder, host, guest, first, told } = await shared();
  expect(first["hidden"]).toEqual({ count: 2, first: [".env", "conf/server.key"] });
  expect(readdirSync(guest).sort()).toEqual([".env.example", ".git", "conf"]);
  expect(readdirSync(join(guest, "conf"))).toEqual(["server.conf"]);
  expect(() => readFileSync(join(guest, "conf/server.key"))).toThrow("ENOENT");

  writeFileSync(join(guest, ".env"), "TOKEN=theirs\n");
  await told(guest, host);
  expect(readFileSync(join(host, ".env"), "utf8")).toBe("TOKEN=mine\n");
  expect(readFileSync(join(guest, ".env"), "utf8")).toBe("TOKEN=theirs\n");

  execFileSync("sed", ["-i", "s/mine/changed/", ".env"], { cwd: host });
  await told(host, guest);
  expect(readFileSync(join(folder, ".env"), "utf8")).toBe("TOKEN=changed\n");
  expect(readFileSync(join(host, ".env"), "utf8")).toBe("TOKEN=changed\n");
  expect(readdirSync(guest).sort()).toEqual([".env", ".env.example", ".git", "conf"]);
  expect(readFileSync(join(guest, ".env"), "utf8")).toBe("TOKEN=theirs\n");

  execFileSync("rm", ["-rf", "conf"], { cwd: guest });
  await told(guest, host);
  expect(readdirSync(join(host, "conf"))).toEqual(["server.key"]);
  expect(readFileSync(join(folder, "conf/server.key"), "utf8")).toBe("secret\n");
  await vi.waitFor(() => expect(readdirSync(join(guest, "conf"))).toEqual([]), { timeout: 20_000 });
  rmSync(join(host, "conf"), { recursive: true });
  await told(host, guest);
  expect(existsSync(join(guest, "conf"))).toBe(false);
  rmSync(join(guest, ".env"));
  await told(guest, host);
  expect(readFileSync(join(host, ".env"), "utf8")).toBe("TOKEN=changed\n");
}, 120_000);
