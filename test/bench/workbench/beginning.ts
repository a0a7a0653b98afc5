/** What it takes to begin: share until the invite, accepted until the Explorer is filled, and the first search of all. */
import { leaveAll } from "../../harness/workbench/peers.ts";
import { clearNotifications } from "./quiet.ts";
import type { Row } from "../row.ts";
import { alternate, milliseconds, timed } from "../stats.ts";
import { type Desk, joinTimed, lastRow, leave, type Pair } from "./desk.ts";
import { untilShown } from "./shown.ts";

const mostShareMs = 2000;
const mostSearchMs = 5000;
const searchRounds = 3;

/** Ends shared. The first round copies the helper out of the extension, too. */
export async function benchShare({ host }: Desk, rounds: number): Promise<Row> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) {
      leaveAll(host.workbench);
      await host.window.statusBar.item(/Pairmount$/).waitFor();
      await clearNotifications(host.window);
    }
    await host.window.run("Pairmount: Share Workspace");
    await host.window.dialog.box.waitFor();
    const invite = { selector: ".notification-list-item-message", text: "invite is on the clipboard" };
    samples.push(
      await untilShown(host.window.page, invite, async () => {
        const from = performance.now();
        await host.window.dialog.click("Share");
        return from;
      }),
    );
  }
  return {
    what: "Share pressed → invite on the clipboard, 5,000 files",
    measured: `slowest of ${rounds}`,
    baseline: "–",
    figure: milliseconds(Math.max(...samples)),
    atLeast: `≤ ${mostShareMs / 1000} s`,
    good: Math.max(...samples) <= mostShareMs,
  };
}

/** Ends with the guest in an empty folder. */
export async function benchOpening(pair: Pair, rounds: number): Promise<Row> {
  const { guest, plain, elsewhere } = pair;
  const times = await alternate(
    rounds,
    async () => {
      const time = await joinTimed(pair);
      await leave(pair);
      return time;
    },
    async () => {
      const time = await timed(async () => {
        await guest.window.go(plain);
        await guest.window.explorer.row(lastRow).waitFor();
      });
      await guest.window.go(elsewhere);
      return time;
    },
  );
  const most = 1.3 * times.baseline + 1000;
  return {
    what: "Accept pressed → the guest's Explorer filled, 5,000 files",
    measured: `${milliseconds(times.ours)}, median of ${rounds}`,
    baseline: `the folder on ext4: ${milliseconds(times.baseline)}`,
    figure: milliseconds(times.ours),
    atLeast: `≤ 1.3× + 1 s = ${milliseconds(most)}`,
    good: times.ours <= most,
  };
}

/** Of a word that no file has: said only once all are read. Ends with the guest in an empty folder, the road fast again. */
export async function benchSearch(pair: Pair): Promise<Row> {
  const { guest, plain, elsewhere, proxy } = pair;
  await guest.window.go(plain);
  await guest.window.explorer.row(lastRow).waitFor();
  const baseline = await searchTimed(pair, "nowhereplain");
  await guest.window.go(elsewhere);
  const samples: number[] = [];
  let fetched = 0;
  try {
    for (let round = 0; round < searchRounds; round += 1) {
      for (const direction of ["toHost", "toGuest"] as const) proxy.setDelay(direction, { ms: 12.5, jitter: 0 });
      const before = proxy.bytes("toGuest");
      await joinTimed(pair);
      fetched = Math.max(fetched, proxy.bytes("toGuest") - before);
      samples.push(await searchTimed(pair, `nowhere${round}x`));
      await leave(pair);
    }
  } finally {
    for (const direction of ["toHost", "toGuest"] as const) proxy.setDelay(direction, { ms: 0, jitter: 0 });
  }
  return {
    what: "first full-text search at a guest that has just joined, 5,000 files, 25 ms round trip",
    measured: `slowest of ${searchRounds}; ${Math.round(fetched / 1024)} KB had come before`,
    baseline: `ext4: ${milliseconds(baseline)}`,
    figure: milliseconds(Math.max(...samples)),
    atLeast: `≤ ${mostSearchMs / 1000} s`,
    good: Math.max(...samples) <= mostSearchMs,
  };
}

async function searchTimed({ guest: { window } }: Pair, word: string): Promise<number> {
  await window.page.keyboard.press("Control+Shift+F");
  const input = window.page.locator(".search-view .search-widget textarea").first();
  await input.fill(word);
  return await untilShown(window.page, { selector: ".search-view .messages", text: "No results found" }, async () => {
    const from = performance.now();
    await input.press("Enter");
    return from;
  });
}
