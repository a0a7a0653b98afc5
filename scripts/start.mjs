// `npm start`: one repository on two mounts of this machine, live. See `npm start -- --help`.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isMounted, mountsUnder } from "./mountinfo.mjs";
import { NotReady, orExplain, prepare } from "./setup.mjs";
import { makeDemo } from "./start/demo.mjs";
import { startHelper, unmounted } from "./start/helpers.mjs";
import { timelineLine } from "./start/timeline.mjs";
import { runTour } from "./start/tour.mjs";
import { startWorkbench } from "./start/workbenches.mjs";

const help = `npm start [-- /path/to/repository] [-- --terminal | --tour]

Prepares this machine, builds, shares a repository and joins it from a second helper on this machine. Prints both mount
points, the invite, and a live timeline: who, what, path, milliseconds until visible on the other side. Then it starts two
VS Codes for your browser, the host's and the guest's, on 127.0.0.1, and prints their addresses. Ctrl-C ends all and unmounts.

  /path/to/repository   share this one; its folder is covered by the mount until Ctrl-C
                        (without: a demo repository with history, removed at the end)
  --terminal            without the two VS Codes
  --tour                instead of waiting, show everyday git on both sides of the demo repository and print a table;
                        exit code 1 if a row fails
  --help                this page`;

await orExplain(async () => {
  const { values, positionals } = parseArgs({
    options: { tour: { type: "boolean" }, terminal: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help) return void process.stdout.write(`${help}\n`);
  if (values.tour && positionals.length > 0) throw new NotReady("the tour has a demo repository of its own: name none");
  if (positionals.length > 1) throw new NotReady("one repository at a time");
  const given = positionals[0] === undefined ? undefined : resolve(process.env.INIT_CWD ?? ".", positionals[0]);
  if (given !== undefined && !statSync(given, { throwIfNoEntry: false })?.isDirectory())
    throw new NotReady(`${given} is no folder`);
  prepare();
  process.exitCode = await show({ given, tour: values.tour ?? false, terminal: values.terminal ?? false });
});

async function show({ given, tour, terminal }) {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "pairmount-start-")));
  const folder = given === undefined ? join(place, "demo") : realpathSync(given);
  const mount = join(place, "guest");
  const helpers = [];
  const workbenches = [];
  const stopped = new Promise((finish) => {
    // Also the second Ctrl-C waits: what it would leave behind are mounts.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => finish("signal"));
  });
  let alive = 0;
  let allDead;
  const died = new Promise((finish) => {
    allDead = finish;
  });
  const start = async (name, args) => {
    const helper = await startHelper({
      home: join(place, `${name}-home`),
      name,
      args,
      onEvent(event) {
        const line = tour ? undefined : timelineLine(event, name);
        if (line !== undefined) say(line);
      },
      onEnd(code, errors) {
        say(`The ${name}'s helper ended (${code}).${errors === "" ? "" : `\n${errors}`}`);
        alive -= 1;
        if (alive === 0) allDead("died");
      },
    });
    alive += 1;
    helpers.push(helper);
    return helper;
  };

  const work = async () => {
    if (given === undefined) await makeDemo(folder);
    mkdirSync(mount);
    mkdirSync(join(place, "outside"));
    const host = await start("host", ["share", folder, "--accept"]);
    const guest = await start("guest", ["join", host.invite, mount]);
    say(introduction(host, guest));
    if (tour) return (await runTour({ host, guest, outside: join(place, "outside") }, say)) ? 0 : 1;
    say("Work in either of them; what happens appears here. Ctrl-C unmounts both.\n");
    if (!terminal) await openWorkbenches({ helpers: [host, guest], place, workbenches });
    return await new Promise(() => undefined);
  };
  let cleared = false;
  let code;
  try {
    code = await Promise.race([work(), stopped.then(() => (tour ? 130 : 0)), died.then(() => 1)]);
  } finally {
    for (const workbench of workbenches) await workbench.stop();
    cleared = await clear({ helpers, place, folder, mount, keepFolder: given !== undefined });
  }
  return cleared ? code : 1;
}

/** Where no workbench can be had the terminal goes on without. */
async function openWorkbenches({ helpers, place, workbenches }) {
  for (const { name, mount, env } of helpers) {
    try {
      const workbench = await startWorkbench({ home: join(place, `${name}-home`), env, folder: mount });
      workbenches.push(workbench);
      say(`  ${name.padEnd(6)}  ${workbench.url}\n          password ${workbench.password}\n`);
    } catch (error) {
      if (!(error instanceof NotReady)) throw error;
      return say(`No VS Code in the browser here: ${error.message}`);
    }
  }
  say("Open both addresses in a browser: the Pairmount view shows peers and commits.\n");
}

function introduction(host, guest) {
  return `
  host    ${host.mount}
  guest   ${guest.mount}
  invite  ${host.invite}
  status  XDG_RUNTIME_DIR=${host.runtime} npx --no-install pairmount status
`;
}

/** The guest leaves first. Nothing is removed while something is mounted below: it would be removed from the repository. */
async function clear({ helpers, place, folder, mount, keepFolder }) {
  for (const helper of helpers.toReversed()) await helper.stop();
  for (const point of [mount, folder]) {
    if (!(await unmounted(point))) say(`${point} stays mounted: run \`umount -l ${point}\``);
  }
  if (isMounted(folder) || mountsUnder(place).length > 0) return false;
  rmSync(place, { recursive: true });
  say(
    keepFolder
      ? `Unmounted both; ${folder} is the plain folder again.`
      : "Unmounted both; the demo repository is removed.",
  );
  return true;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
