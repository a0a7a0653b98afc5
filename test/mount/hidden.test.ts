/** R-HIDE between two mounts: what is hidden is each peer's own, and is lost by nothing that another does. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { repositoryPair } from "../harness/repository-pair.ts";

const files = {
  ".env": "TOKEN=mine\n",
  ".env.example": "TOKEN=\n",
  "conf/server.key": "secret\n",
  "conf/server.conf": "port 1\n",
};

test("R-HIDE: a tracked .env is shared where it is, also after its directory was moved; one beside it is not", async () => {
  const packages = { "web/.env": "PORT=80\n", "api/.env": "TOKEN=mine\n", "api/main.ts": "" };
  const { host, guest, first, told } = await repositoryPair(packages, ["web/.env", "api/main.ts"]);
  expect(first["hidden"]).toEqual({ count: 1, first: ["api/.env"] });
  expect(readFileSync(join(guest, "web/.env"), "utf8")).toBe("PORT=80\n");
  expect(readdirSync(join(guest, "api"))).toEqual(["main.ts"]);
  renameSync(join(guest, "web"), join(guest, "site"));
  writeFileSync(join(guest, "site/.env"), "PORT=81\n");
  await told(guest, host);
  expect(readFileSync(join(host, "site/.env"), "utf8")).toBe("PORT=81\n");
  renameSync(join(host, "api"), join(host, "web"));
  await told(host, guest);
  expect(readdirSync(join(guest, "web"))).toEqual(["main.ts"]);
  expect(readFileSync(join(host, "web/.env"), "utf8")).toBe("TOKEN=mine\n");
}, 120_000);

test("R-HIDE: the host's .env is not at the guest, the guest's own is not at the host, and nobody removes the other's", async () => {
  const { folder, host, guest, first, told } = await repositoryPair(files, [".env.example", "conf/server.conf"]);
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

  execFileSync("sed", ["-i", "s/theirs/ours/", ".env"], { cwd: guest });
  await told(guest, host);
  expect(readFileSync(join(guest, ".env"), "utf8")).toBe("TOKEN=ours\n");
  expect(readdirSync(guest).sort()).toEqual([".env", ".env.example", ".git", "conf"]);
  expect(readdirSync(host).sort()).toEqual([".env", ".env.example", ".git", "conf"]);

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
