import { Disposable, type Event, EventEmitter } from "vscode";
import type { Session } from "../session.ts";
import { type Person, peopleOf } from "./people.ts";

export interface People extends Disposable {
  readonly list: readonly Person[];
  /** Something of the list is another. */
  readonly onChanged: Event<readonly Person[]>;
}

export function createPeople(session: Session): People {
  const changed = new EventEmitter<readonly Person[]>();
  let list: readonly Person[] = [];
  const look = (): void => {
    const now = peopleOf(session.model, session.presences);
    if (JSON.stringify(now) === JSON.stringify(list)) return;
    list = now;
    changed.fire(list);
  };
  const owned = Disposable.from(session.onChanged(look), session.onMoved(look), changed);
  return {
    get list() {
      return list;
    },
    onChanged: changed.event,
    dispose: () => void owned.dispose(),
  };
}
