/** Seeing each other in the editor: all its parts, around one list of the people who are here. */
import { Disposable, type LogOutputChannel } from "vscode";
import type { Session } from "../session.ts";
import { showBadges } from "./badges.ts";
import { drawPeople } from "./drawing.ts";
import { createFollower, type Follower } from "./following.ts";
import { createPeople } from "./people-shell.ts";
import { tellPresence } from "./telling.ts";
import { warnOfUnsaved } from "./warning.ts";

export function showPresence(
  session: Session,
  log: LogOutputChannel,
): { readonly follower: Follower; readonly shown: Disposable } {
  const people = createPeople(session);
  const follower = createFollower({ session, people, log });
  const shown = Disposable.from(
    tellPresence(session, follower),
    warnOfUnsaved(session, people),
    showBadges(session, people),
    drawPeople(session, people),
    follower,
    people,
  );
  return { follower, shown };
}
