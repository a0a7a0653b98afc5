/** The others' initials on the files they have in front or unsaved: in the Explorer and on tabs. */
import { join } from "node:path";
import { Disposable, EventEmitter, type FileDecoration, Uri, window } from "vscode";
import { pathInMount } from "../in-mount.ts";
import type { Session } from "../session.ts";
import { badgeOf } from "./people.ts";
import type { People } from "./people-shell.ts";

export function showBadges(session: Session, people: People): Disposable {
  const changed = new EventEmitter<Uri[]>();
  /** What is shown, by file. */
  let shown = new Map<string, string>();

  function look(): void {
    const { model } = session;
    const mount = model.t === "attached" ? model.state.status.mount : undefined;
    const paths = people.list.flatMap(({ file, unsaved }) => (file === null ? unsaved : [file.path, ...unsaved]));
    const now = new Map(
      mount === undefined
        ? []
        : paths.map((path) => [join(mount, path), JSON.stringify(badgeOf(people.list, path))] as const),
    );
    const others = [...new Set([...shown.keys(), ...now.keys()])].filter((file) => shown.get(file) !== now.get(file));
    shown = now;
    if (others.length > 0) changed.fire(others.map((file) => Uri.file(file)));
  }

  return Disposable.from(
    people.onChanged(look),
    changed,
    window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration(uri): FileDecoration | undefined {
        const path = pathInMount(session.model, uri);
        const badge = path === undefined ? undefined : badgeOf(people.list, path);
        if (badge === undefined) return undefined;
        // Without a colour: the name keeps the one that Git gives it.
        return { badge: badge.text, tooltip: badge.tooltip, propagate: false };
      },
    }),
  );
}
