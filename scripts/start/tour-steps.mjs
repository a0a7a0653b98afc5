// The tour's steps: each does something on one side, waits until the other side shows it, and says how long that took.
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "./git.mjs";

const seenMs = 15_000;
const perSide = 5;

/** `host` and `guest` are { name, mount }; `outside` is a folder in no mount. Each step throws when something is wrong. */
export function tourSteps({ host, guest, outside }) {
  const at = (side, ...args) => git(side.name, side.mount, ...args);
  const bare = join(outside, "bare.git");
  const head = (side, ref = "HEAD") => at(side, "rev-parse", ref);
  const edit = (side, path, text) => writeFileSync(join(side.mount, path), text);
  const read = (side, path) => {
    const file = join(side.mount, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const commit = async (side, path, subject) => {
    appendFileSync(join(side.mount, path), `${subject}\n`);
    await at(side, "add", "--", path);
    await at(side, "commit", "-q", "-m", subject, "--", path);
    return await head(side);
  };
  /** Milliseconds until `other` shows the commit that `side` has, with a clean work tree. */
  const sameHead = async (side, other) => {
    const hash = await head(side);
    const ms = await until(async () => (await head(other)) === hash, `${other.name} shows ${hash}`);
    same(await at(other, "status", "--porcelain", "--untracked-files=no"), "", `git status at ${other.name}`);
    return ms;
  };

  return [
    {
      name: "clone inside a mount",
      async run() {
        await git("host", outside, "clone", "-q", "--bare", host.mount, bare);
        await git("host", outside, "clone", "-q", bare, join(host.mount, "tour-clone"));
        const ms = await until(
          () => existsSync(join(guest.mount, "tour-clone/.git/index")),
          "the guest shows the clone",
        );
        await git("guest", join(guest.mount, "tour-clone"), "fsck", "--full", "--strict");
        same(
          await git("guest", join(guest.mount, "tour-clone"), "status", "--porcelain"),
          "",
          "git status in the clone",
        );
        rmSync(join(guest.mount, "tour-clone"), { recursive: true });
        await until(() => !existsSync(join(host.mount, "tour-clone")), "the host shows it removed");
        return ms;
      },
    },
    {
      name: "edit at the host",
      async run() {
        const text = `${read(host, "README.md")}\nA line from the host.\n`;
        edit(host, "README.md", text);
        return await until(() => read(guest, "README.md") === text, "the guest reads the host's line");
      },
    },
    {
      name: "edit at the guest",
      async run() {
        const text = `${read(guest, "README.md")}A line from the guest.\n`;
        edit(guest, "README.md", text);
        const ms = await until(() => read(host, "README.md") === text, "the host reads the guest's line");
        await at(host, "checkout", "-q", "--", "README.md");
        return ms;
      },
    },
    {
      name: "checkout at the guest",
      async run() {
        await at(guest, "checkout", "-q", "topic");
        const ms = await sameHead(guest, host);
        same(await at(host, "symbolic-ref", "--short", "HEAD"), "topic", "the host's branch");
        await at(guest, "checkout", "-q", "main");
        await sameHead(guest, host);
        return ms;
      },
    },
    {
      name: "commit at the host",
      async run() {
        await commit(host, "docs/host.md", "From the host");
        return await sameHead(host, guest);
      },
    },
    {
      name: "commit at the guest",
      async run() {
        await commit(guest, "docs/guest.md", "From the guest");
        return await sameHead(guest, host);
      },
    },
    {
      name: "both sides at once",
      async run() {
        const commits = async (side) => {
          const hashes = [];
          for (let i = 1; i <= perSide; i += 1) {
            appendFileSync(join(side.mount, `docs/${side.name}.md`), `Together ${i}\n`);
            hashes.push(
              await retried(() =>
                at(side, "commit", "-m", `Together ${i} (${side.name})`, "--", `docs/${side.name}.md`),
              ),
            );
          }
          return hashes.map((said) => /^\[\S+ ([0-9a-f]+)\]/.exec(said)?.[1]);
        };
        const acknowledged = (await Promise.all([commits(host), commits(guest)])).flat();
        const ms = await sameHead(host, guest);
        for (const side of [host, guest]) {
          const history = (await at(side, "rev-list", "HEAD")).split("\n");
          const lost = acknowledged.filter(
            (short) => short === undefined || !history.some((hash) => hash.startsWith(short)),
          );
          same(lost.join(" "), "", `acknowledged commits missing at ${side.name}`);
        }
        return ms;
      },
    },
    {
      name: "merge at the guest",
      async run() {
        await at(guest, "merge", "-q", "--no-ff", "-m", "Merge topic", "topic");
        const ms = await sameHead(guest, host);
        same((await at(host, "log", "-1", "--format=%P")).split(" ").length, 2, "parents of the merge");
        return ms;
      },
    },
    {
      name: "rebase at the host",
      async run() {
        await at(host, "checkout", "-q", "-b", "feature", "HEAD~1");
        await commit(host, "docs/feature.md", "A feature");
        await at(host, "rebase", "-q", "main");
        const ms = await sameHead(host, guest);
        same(await head(guest, "feature~1"), await head(guest, "main"), "the parent of the rebased commit");
        await at(host, "checkout", "-q", "main");
        await sameHead(host, guest);
        return ms;
      },
    },
    {
      name: "stash at the guest, pop at the host",
      async run() {
        edit(guest, "README.md", "Put aside.\n");
        await at(guest, "stash", "-q");
        await until(
          () => read(host, "README.md") !== "Put aside.\n",
          "the host shows the file without the stashed edit",
        );
        await at(host, "stash", "pop", "-q");
        const ms = await until(() => read(guest, "README.md") === "Put aside.\n", "the guest shows the edit again");
        await at(host, "checkout", "-q", "--", "README.md");
        return ms;
      },
    },
    {
      name: "gc at the host",
      async run() {
        await at(host, "gc", "-q", "--prune=now");
        const ms = await sameHead(host, guest);
        await at(guest, "fsck", "--full", "--strict");
        return ms;
      },
    },
    {
      name: "push from the guest",
      async run() {
        await at(guest, "push", "-q", bare, "main", "feature");
        same(await git("guest", bare, "rev-parse", "main"), await head(guest, "main"), "main in the bare repository");
        return undefined;
      },
    },
    {
      name: "pull at the host",
      async run() {
        const third = join(outside, "third");
        await git("third", outside, "clone", "-q", "-b", "main", bare, third);
        writeFileSync(join(third, "docs/third.md"), "From elsewhere.\n");
        await git("third", third, "add", "--all");
        await git("third", third, "commit", "-q", "-m", "From elsewhere");
        await git("third", third, "push", "-q", "origin", "main");
        await at(host, "pull", "-q", "--ff-only", bare, "main");
        const ms = await sameHead(host, guest);
        same(read(guest, "docs/third.md"), "From elsewhere.\n", "the pulled file at the guest");
        return ms;
      },
    },
    {
      name: "the same repository on both sides",
      async run() {
        for (const side of [host, guest]) await at(side, "fsck", "--full", "--strict");
        same(await at(guest, "for-each-ref"), await at(host, "for-each-ref"), "refs at the guest");
        same(await at(guest, "ls-files", "-s"), await at(host, "ls-files", "-s"), "the index at the guest");
        return undefined;
      },
    },
  ];
}

/** git refuses while the other side holds a lock or was first; a person tries again, and so does the tour. */
async function retried(attempt) {
  const begun = performance.now();
  for (let pause = 5; ; pause = Math.min(100, pause * 2)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - begun > seenMs || !/lock|File exists/i.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause * Math.random()));
    }
  }
}

async function until(holds, what) {
  const begun = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - begun;
    if (performance.now() - begun > seenMs) throw new Error(`not within ${seenMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
