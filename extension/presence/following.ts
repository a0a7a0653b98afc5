/** Follow: the commands, what they reveal, and an item in the status bar as long as it goes on. */
import { join } from "node:path";
import {
  commands,
  Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  Range,
  StatusBarAlignment,
  type StatusBarItem,
  TextEditorRevealType,
  TextEditorSelectionChangeKind,
  ThemeColor,
  Uri,
  window,
} from "vscode";
import { mountOf } from "../commit-text.ts";
import { pathInMount } from "../in-mount.ts";
import type { Session } from "../session.ts";
import { type Following, type FollowInput, next, off, type Target } from "./follow.ts";
import type { People } from "./people-shell.ts";
import type { Person } from "./people.ts";

export interface Follower extends Disposable {
  readonly following: Following;
  readonly onChanged: Event<Following>;
  /** Whoever is followed already is followed no longer. Without a peer it is asked for, where there are several. */
  follow(peer: number | undefined): Promise<void>;
  stop(): void;
}

export function createFollower(parts: {
  readonly session: Session;
  readonly people: People;
  readonly log: LogOutputChannel;
}): Follower {
  const { session, people, log } = parts;
  const changed = new EventEmitter<Following>();
  let following: Following = off;
  let revealing = false;
  let item: StatusBarItem | undefined;

  function take(input: FollowInput): void {
    const now = next(following, input);
    if (now === following) return;
    const begunOrEnded = now.t !== following.t;
    following = now;
    if (begunOrEnded) void commands.executeCommand("setContext", "pairmount.following", now.t === "following");
    showItem();
    changed.fire(following);
    void revealAll();
  }

  /** One after the other; what was left meanwhile is passed over. */
  async function revealAll(): Promise<void> {
    if (revealing) return;
    revealing = true;
    let revealed: Target | undefined;
    while (following.t === "following" && following.at !== undefined && following.at !== revealed) {
      revealed = following.at;
      await reveal(revealed).catch((error: unknown) => log.warn(`could not be revealed: ${String(error)}`));
    }
    revealing = false;
  }

  async function reveal({ path, line, character }: Target): Promise<void> {
    const uri = Uri.file(join(mountOf(session), path));
    const active = window.activeTextEditor;
    const editor =
      active?.document.uri.fsPath === uri.fsPath
        ? active
        : await window.showTextDocument(uri, { preserveFocus: true, preview: true });
    const at = editor.document.validateRange(new Range(line, character, line, character));
    editor.revealRange(at, TextEditorRevealType.InCenterIfOutsideViewport);
  }

  function showItem(): void {
    const person = following.t === "following" ? people.list.find(isFollowed) : undefined;
    if (person === undefined) {
      item?.dispose();
      item = undefined;
      return;
    }
    item ??= window.createStatusBarItem("pairmount.following", StatusBarAlignment.Left, 89);
    item.name = "Pairmount: Following";
    item.text = `$(target) following ${person.name}`;
    item.tooltip = "Click, type or move the cursor to stop following";
    item.color = new ThemeColor(`pairmount.peer${person.colour}`);
    item.command = "pairmount.stopFollowing";
    item.show();
  }

  function isFollowed({ peer }: Person): boolean {
    return following.t === "following" && following.peer === peer;
  }

  const listening = Disposable.from(
    people.onChanged((list) => take({ t: "people", people: list })),
    window.onDidChangeTextEditorSelection(({ kind }) => {
      if (kind === TextEditorSelectionChangeKind.Keyboard || kind === TextEditorSelectionChangeKind.Mouse)
        take({ t: "touched" });
    }),
    window.onDidChangeActiveTextEditor((editor) => {
      // Between two editors there is none for a moment; and what is revealed comes to the front by that.
      if (editor === undefined || revealing) return;
      take({ t: "went", path: pathInMount(session.model, editor.document.uri) });
    }),
    changed,
  );

  return {
    get following() {
      return following;
    },
    onChanged: changed.event,
    async follow(peer) {
      const known = people.list.find((each) => each.peer === peer);
      const person = peer === undefined ? await choose(people.list) : known;
      if (peer !== undefined && person === undefined) void window.showInformationMessage("They are not here now.");
      if (person !== undefined) take(isFollowed(person) ? { t: "stop" } : { t: "follow", person });
    },
    stop: () => take({ t: "stop" }),
    dispose() {
      listening.dispose();
      item?.dispose();
    },
  };
}

async function choose(people: readonly Person[]): Promise<Person | undefined> {
  if (people.length === 0) void window.showInformationMessage("Nobody else is here.");
  if (people.length < 2) return people[0];
  const items = people.map((person) => ({ label: person.name, description: person.file?.path ?? "", person }));
  return (await window.showQuickPick(items, { title: "Follow" }))?.person;
}
