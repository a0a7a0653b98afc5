import { expect, it } from "vitest";
import { type Check, diagnose } from "../../../helper/mountstep/doctor.ts";
import type { System } from "../../../helper/mountstep/system.ts";

const healthyFiles: Record<string, string> = {
  "/proc/self/status": "CapEff:\t000001ffffffffff\n",
  "/etc/fuse.conf": "user_allow_other\n",
  "/proc/sys/fs/inotify/max_user_watches": "524288\n",
  "/proc/sys/fs/inotify/max_user_instances": "512\n",
};

function machine(files: Record<string, string>, changes: Partial<System> = {}): System {
  return {
    platform: "linux",
    release: "6.18.1",
    uid: 0,
    exists: (path) => path in files,
    read: (path) => files[path],
    openProblem: () => undefined,
    firstLine: async (command) => (command === "git" ? "git version 2.39.5" : "fusermount3 version: 3.14.0"),
    ...changes,
  };
}

const notOk = (checks: readonly Check[]) =>
  checks.filter((check) => check.state !== "ok").map(({ name, state }) => `${name}: ${state}`);

it("a healthy machine passes every check", async () => {
  const checks = await diagnose(machine(healthyFiles));
  expect(notOk(checks)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual([
    "kernel",
    "/dev/fuse",
    "right to mount",
    "fusermount3",
    "user_allow_other",
    "git",
    "inotify",
  ]);
});

it("a container without the device and the capability is told which options to start with", async () => {
  const files = { ...healthyFiles, "/proc/self/status": "CapEff:\t00000000a80425fb\n", "/.dockerenv": "" };
  const checks = await diagnose(machine(files, { openProblem: () => "ENOENT" }));
  expect(notOk(checks)).toEqual(["/dev/fuse: failed", "right to mount: failed"]);
  expect(checks[1]?.mend).toBe("Start the Docker container with `--device /dev/fuse --cap-add SYS_ADMIN`.");
  expect(checks[2]?.mend).toBe("Start the Docker container with `--cap-add SYS_ADMIN`.");
});

it("an ordinary user on an old, bare machine is told how to mend each thing", async () => {
  const files = {
    "/etc/fuse.conf": "#user_allow_other\n",
    "/proc/sys/fs/inotify/max_user_watches": "8192",
    "/proc/sys/fs/inotify/max_user_instances": "128",
  };
  const checks = await diagnose(
    machine(files, { uid: 1000, release: "4.19.0", openProblem: () => "EACCES", firstLine: async () => undefined }),
  );
  expect(notOk(checks)).toEqual([
    "kernel: failed",
    "/dev/fuse: failed",
    "right to mount: failed",
    "fusermount3: warning",
    "user_allow_other: warning",
    "git: failed",
    "inotify: warning",
  ]);
  expect(checks.every((check) => check.mend !== undefined)).toBe(true);
});
