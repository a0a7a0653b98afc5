import type { Disposable } from "../base/disposable.ts";
import type { HostFolder } from "../content/host-folder.ts";
import type { GuestConnection, Space } from "../peer/api.ts";
import { spaceOf } from "./space-figures.ts";

/** How often the host looks at the room it has. Guests answer ENOSPC from its last word (DESIGN §4); the host's own refusal is the truth. */
const everyMs = 2000;

/** Tells each guest the room there is: when it joins, and whenever it changed. */
export interface SpaceReports extends Disposable {
  welcome(guest: GuestConnection): void;
}

export function createSpaceReports(folder: HostFolder, guests: () => Iterable<GuestConnection>): SpaceReports {
  let last: Space | undefined;
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  void look();

  async function look(): Promise<void> {
    const figures = await folder.space();
    if (!figures.ok) return;
    const now = spaceOf(figures.value);
    if (last !== undefined && isSame(last, now)) return;
    last = now;
    for (const guest of guests()) guest.sendSpace(now);
  }

  return {
    welcome(guest) {
      if (last !== undefined) guest.sendSpace(last);
    },
    dispose: () => clearInterval(timer),
  };
}

function isSame(one: Space, other: Space): boolean {
  return (
    one.total === other.total &&
    one.free === other.free &&
    one.files === other.files &&
    one.filesFree === other.filesFree
  );
}
