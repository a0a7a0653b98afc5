import { atLeast, parseKernelVersion } from "../fuse/init.ts";
import { hasSysAdmin } from "./rights.ts";
import { createSystem, type System } from "./system.ts";

/** One thing this machine needs, and how to mend it where it is not well. */
export interface Check {
  readonly name: string;
  /** `warning`: works, but not everything does. `failed`: no session can start. */
  readonly state: "ok" | "warning" | "failed";
  readonly detail: string;
  readonly mend?: string;
}

/** Looks and changes nothing. Never rejects. */
export async function diagnose(system: System = createSystem()): Promise<readonly Check[]> {
  return [
    checkKernel(system),
    checkDevice(system),
    checkRight(system),
    await checkFusermount(system),
    checkAllowOther(system),
    await checkGit(system),
    checkInotify(system),
  ];
}

function checkKernel({ platform, release }: System): Check {
  const name = "kernel";
  if (platform !== "linux")
    return { name, state: "failed", detail: `${platform} ${release}`, mend: "Use Linux, or WSL 2 on Windows." };
  return atLeast(parseKernelVersion(release), 5, 4)
    ? { name, state: "ok", detail: `Linux ${release}` }
    : {
        name,
        state: "failed",
        detail: `Linux ${release} is older than 5.4`,
        mend: "Update the kernel to 5.4 or later.",
      };
}

function checkDevice(system: System): Check {
  const name = "/dev/fuse";
  const problem = system.openProblem("/dev/fuse");
  if (problem === undefined) return { name, state: "ok", detail: "present and can be opened" };
  const inside = container(system);
  if (problem === "ENOENT") {
    const mend = inside
      ? `Start the ${inside} container with \`--device /dev/fuse --cap-add SYS_ADMIN\`.`
      : "Run `sudo modprobe fuse`.";
    return { name, state: "failed", detail: "is missing", mend };
  }
  const mend = inside
    ? `Start the ${inside} container with \`--device /dev/fuse\`.`
    : "Run `sudo chmod 666 /dev/fuse`.";
  return { name, state: "failed", detail: `cannot be opened (${problem})`, mend };
}

function checkRight(system: System): Check {
  const name = "right to mount";
  if (hasSysAdmin(system.read("/proc/self/status") ?? ""))
    return { name, state: "ok", detail: "CAP_SYS_ADMIN is held" };
  if (system.uid !== 0)
    return {
      name,
      state: "failed",
      detail: `user ${system.uid} may not mount`,
      mend: "Run pairmount as root: put `sudo` in front.",
    };
  const mend = `Start the ${container(system) ?? ""} container with \`--cap-add SYS_ADMIN\`.`.replace("  ", " ");
  return { name, state: "failed", detail: "root without CAP_SYS_ADMIN", mend };
}

async function checkFusermount(system: System): Promise<Check> {
  const name = "fusermount3";
  const version = await system.firstLine("fusermount3", ["--version"]);
  return version === undefined
    ? {
        name,
        state: "warning",
        detail: "not installed; only mounting without root's rights needs it",
        mend: "Install the package `fuse3`.",
      }
    : { name, state: "ok", detail: version };
}

/** fusermount3(1): `user_allow_other` on a line of its own. Root does not need it. */
function checkAllowOther(system: System): Check {
  const name = "user_allow_other";
  const listed = /^\s*user_allow_other\s*$/m.test(system.read("/etc/fuse.conf") ?? "");
  if (listed) return { name, state: "ok", detail: "set in /etc/fuse.conf" };
  if (system.uid === 0) return { name, state: "ok", detail: "not set in /etc/fuse.conf; root does not need it" };
  const mend = "Run `echo user_allow_other | sudo tee -a /etc/fuse.conf`.";
  return {
    name,
    state: "warning",
    detail: "not set in /etc/fuse.conf: `sudo git` and other users cannot enter an ordinary user's mount",
    mend,
  };
}

async function checkGit(system: System): Promise<Check> {
  const name = "git";
  const line = await system.firstLine("git", ["--version"]);
  if (line === undefined) return { name, state: "failed", detail: "not installed", mend: "Install the package `git`." };
  return { name, state: "ok", detail: line.replace(/^git version /, "") };
}

/** VS Code asks for the same: a watch per folder, and an instance per watcher. */
function checkInotify(system: System): Check {
  const name = "inotify";
  const watches = Number(system.read("/proc/sys/fs/inotify/max_user_watches")?.trim());
  const instances = Number(system.read("/proc/sys/fs/inotify/max_user_instances")?.trim());
  if (!(watches > 0) || !(instances > 0)) return { name, state: "warning", detail: "limits cannot be read" };
  const detail = `${watches} watches, ${instances} instances`;
  if (watches >= 65_536 && instances >= 128) return { name, state: "ok", detail };
  const mend = "Run `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`.";
  return { name, state: "warning", detail: `${detail}: editors may miss changes in large folders`, mend };
}

/** Which container this is, by the marks its runtime leaves. */
function container(system: System): string | undefined {
  if (system.exists("/.dockerenv")) return "Docker";
  if (system.exists("/run/.containerenv")) return "Podman";
  const marked = /container=(\w+)/.exec(system.read("/proc/1/environ") ?? "")?.[1];
  if (marked !== undefined) return marked;
  return /kubepods|docker|containerd|lxc/.exec(system.read("/proc/1/cgroup") ?? "")?.[0];
}
