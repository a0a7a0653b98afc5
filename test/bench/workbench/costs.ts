/** What it costs to have it: activation, and a session in which nobody does anything. */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { repositoryRoot } from "../../harness/place.ts";
import { type Peer, sessionOf } from "../../harness/workbench/peers.ts";
import type { Window } from "../../harness/workbench/window.ts";
import type { Row } from "../row.ts";
import { median } from "../stats.ts";
import { countersFile, type Desk, type Pair } from "./desk.ts";
import { readStopwatch } from "./stopwatch.ts";

const mostActivationMs = 50;
const mostBundleKilobytes = 300;
const activations = 20;
const settleMs = 20_000;
const idleMs = 60_000;
const ticksPerSecond = 100;

/** What VS Code itself measured: loading the code and calling `activate`. */
export async function benchActivation({ host: { window } }: Desk): Promise<readonly Row[]> {
  const samples: number[] = [];
  const listed: number[] = [];
  const size = window.page.viewportSize();
  // The slowest are listed first, and rows are drawn only where there is room for them.
  if (size !== null) await window.page.setViewportSize({ ...size, height: 3 * size.height });
  for (let n = 0; n < activations; n += 1) {
    await window.reload();
    await window.statusBar.itemWithId("pairmount.status").waitFor();
    samples.push(await readStopwatch(window));
    listed.push(await readListed(window));
  }
  // That editor stands before all else.
  await window.reload();
  if (size !== null) await window.page.setViewportSize(size);
  const bundle = kilobytesOf(["extension.cjs", "extension-client.cjs"]);
  const p50 = median(samples);
  return [
    {
      what: "activation of the extension: require and activate",
      measured: `${activations} reloads; Running Extensions, with what VS Code loads before: ${median(listed)} ms`,
      baseline: "–",
      figure: `p50 ${p50} ms`,
      atLeast: `p50 ≤ ${mostActivationMs} ms`,
      good: p50 <= mostActivationMs,
    },
    {
      what: "bundle of the extension",
      measured: "extension.cjs, extension-client.cjs",
      baseline: "–",
      figure: `${Math.round(bundle)} KB`,
      atLeast: `≤ ${mostBundleKilobytes} KB`,
      good: bundle <= mostBundleKilobytes,
    },
  ];
}

/** As its users see it. */
async function readListed(window: Window): Promise<number> {
  await window.run("Developer: Show Running Extensions");
  const row = window.page.locator(".runtime-extensions-editor .extension", {
    has: window.page.locator(".name", { hasText: /^Pairmount$/ }),
  });
  const words = await row.locator(".activation-time").innerText();
  const time = /(\d+)\s*ms/.exec(words)?.[1];
  if (time === undefined) throw new Error(`no activation time in "${words}"`);
  return Number(time);
}

function kilobytesOf(bundled: readonly string[]): number {
  return bundled.reduce((sum, name) => sum + statSync(join(repositoryRoot, "dist", name)).size, 0) / 1024;
}

/** Stated, and small: there is no aim in numbers. */
export async function benchIdle({ workbenches, host, guest }: Pair): Promise<readonly Row[]> {
  const peers = [host, guest].map((peer) => ({ peer, counters: countersFile(workbenches, peer.name) }));
  const look = async (): Promise<readonly Spent[]> =>
    await Promise.all(peers.map(async ({ peer, counters }) => await spentBy(peer, counters)));
  await pause(settleMs);
  const before = await look();
  await pause(idleMs);
  const after = await look();
  return peers.map(({ peer }, i) => {
    const from = before[i] as Spent;
    const to = after[i] as Spent;
    const minutes = (to.at - from.at) / 60_000;
    const cpu = ((to.cpuMs - from.cpuMs) / (to.at - from.at)) * 100;
    return {
      what: `idle, ${i === 0 ? "host" : "guest"}, two workbenches open: kernel requests and helper CPU`,
      measured: `${idleMs / 1000} s of ${peer.name}'s helper`,
      baseline: "–",
      figure: `${Math.round((to.requests - from.requests) / minutes)} a minute, ${cpu.toFixed(1)} % of a core`,
      atLeast: "small",
      good: true,
    };
  });
}

interface Spent {
  readonly at: number;
  readonly requests: number;
  readonly cpuMs: number;
}

async function spentBy({ workbench }: Peer, file: string): Promise<Spent> {
  const { pid } = sessionOf(workbench);
  rmSync(file, { force: true });
  process.kill(pid, "SIGUSR2");
  for (let i = 0; !existsSync(file); i += 1) {
    if (i > 500) throw new Error(`helper ${pid} wrote no counters into ${file}`);
    await pause(10);
  }
  const { requests } = JSON.parse(readFileSync(file, "utf8")) as { readonly requests: number };
  return { at: performance.now(), requests, cpuMs: cpuOf(pid) };
}

/** proc_pid_stat(5): utime and stime, of all threads, are the 14th and 15th; the name before them may hold anything but `)`. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\)/s, "").trim().split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}
