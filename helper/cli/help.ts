/** What `--help` says. */
import type { CommandName } from "./arguments.ts";
import { hiddenByDefault } from "../git/hidden-names.ts";
import { exitCodeTable } from "./exit-codes.ts";

export function helpText(about: CommandName | undefined): string {
  return about === undefined ? `${overview}\n\nExit codes\n${exitCodeTable().join("\n")}\n` : `${pages[about]}\n`;
}

const overview = `pairmount - one repository, mounted by everyone who works on it

  pairmount share <folder>          share a folder, .git included; prints an invite
  pairmount hidden <folder>         what sharing would keep from guests
  pairmount join <invite> [DIR]     mount a shared folder here
  pairmount status                  the sessions of this machine, who is in them, what is pending
  pairmount keep <folder>           keep an ordinary clone of what you joined
  pairmount leave [MOUNT]           end a session and unmount
  pairmount doctor                  check what mounting needs, and say how to mend it
  pairmount help <command>          the options of one command
  pairmount --version

share and join stay in the foreground until Ctrl-C, a signal or \`pairmount leave\`; then they unmount. A second
Ctrl-C does not wait. Whatever way a helper ends, its mount goes and the plain folder is back.

With --json every command prints one JSON object a line. The first line of share and join tells the mount (and the
invite), later ones are events.

Files
  $XDG_RUNTIME_DIR/pairmount (or /tmp/pairmount-UID)                one socket per session, for you alone
  $XDG_STATE_HOME/pairmount (or ~/.local/state/pairmount)           logs`;

const sessionOptions = `  --name NAME           how you are shown to the others (default: git's user.name)
  --driver DRIVER       auto (default), kernel (Linux, fast) or fuse-native (libfuse 2)
  --detach              go on in the background; prints the first line as JSON and returns. With --progress long steps
                        are told first. A signal meanwhile cancels: nothing stays mounted
  --idle MINUTES        end by itself after so long without a client, a program in the mount or, at a host, a guest
                        (default 0: never)
  --json                one JSON object a line instead of a screen; a failure is {"event":"failed","code","text"}
  --progress            with --json: also {"event":"progress","step","done","total"}
  --debug               on an unexpected failure print its stack`;

const hideOptions = `  --hide PATTERN        keep files of this name from guests, * and ? as in a shell; again for more; '!NAME' is shared
                        all the same, and so are tracked files where they are
                        (default: ${hiddenByDefault.join(" ")})
  --hide-none           keep none`;

const pages: { readonly [C in CommandName]: string } = {
  share: `pairmount share <folder> [options]

Shares a folder. The mount covers the folder itself: its path stays, and every program that opens it from now on sees
the shared tree. Programs that already sit in it must be entered again. Send the invite to those who shall join; each
join is shown with a name and a short fingerprint to compare, and you decide: y = read and write, r = read only, n = no.

  --mount DIR           mount at DIR instead of covering the folder
  --read-only           guests can read, never write
  --approve WHO         who decides on a join: terminal (default), clients (an editor attached to the session) or all
  --accept              the same as --approve all: let in everybody who has the invite, without asking
  --port N              TCP port to listen on (default: any free one)
${hideOptions}
  --share-ignored       share what git ignores like everything else (default: guests read it, but what one writes there
                        stays with it)
${sessionOptions}

First JSON line: {"event":"shared","mount","invite","pid","socket","port","hidden":{"count","first"},"ignored"}

  pairmount share ~/src/app
  pairmount share ~/src/app --mount /tmp/app --read-only`,
  hidden: `pairmount hidden <folder> [options]

Says which files in a folder \`share\` would keep from guests because of their names: they see none of them, and have their own.

${hideOptions}
  --json                {"event":"hidden","files"}`,
  join: `pairmount join <invite> [DIR] [options]

Mounts a shared folder at DIR, which must be empty or not there yet (default: ~/Pairmount/<host>-<repository>). Waits
until the host lets you in: read your fingerprint aloud if the host asks for it. The invite's link works too.

  --read-only           ask for reading only
${sessionOptions}

First JSON line: {"event":"joined","mount","pid","socket"}

  pairmount join <invite> ~/pair/app`,
  status: `pairmount status [MOUNT] [options]

The sessions of this user on this machine: peers, latency, what is pending, locks, recovered versions.

  --watch               stay and print what happens, until Ctrl-C or the session's end (with several sessions: name one)
  --json                one JSON object a session, then with --watch one an event`,
  keep: `pairmount keep <folder> [options]

At a guest: copies the mount to a folder that is not there yet, or empty: the work tree as it is now, with what is uncommitted,
untracked and ignored, and the whole .git, which then needs Pairmount no more. git checks it (fsck --full --strict) before it
gets its name. What is not here yet comes from the host, so keep a copy before the session ends. Ctrl-C cancels, and leaves nothing.
If something cannot be had, the rest is kept in <folder>.incomplete, and you are told what is missing (exit code 24).

  --session MOUNT       whose mount (default: the one around the current folder, or the only one joined)
  --json                {"event":"kept","folder","files","bytes","commits","note"}
  --progress            with --json: also {"event":"progress","step","done","total"}

  pairmount keep ~/src/app-copy`,
  leave: `pairmount leave [MOUNT] [options]

Ends a session and returns when its mount is gone. Without MOUNT: the session around the current folder, or the only one.

  --grace SECONDS       at a host: tell the guests, who can keep a copy meanwhile, and end then, later while one still
                        fetches, sooner when none is left; returns at once
  --json                {"event":"left","mount"}, with --grace {"event":"ending","mount","seconds"}`,
  doctor: `pairmount doctor [options]

Checks /dev/fuse, rights, fusermount3, fuse.conf and git, and says how to mend what is missing.

  --json                one JSON object a check: {"name","state","detail","mend"}`,
};
