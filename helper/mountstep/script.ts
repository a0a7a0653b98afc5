/**
 * The privileged step, as text for `/bin/sh -c`: the only code of this program that runs as root. It mounts, tells, waits, unmounts.
 *
 * Only descriptors 0, 1 and 2 survive sudo and pkexec. 0 is /dev/fuse as the helper opened it. 1 is a socket to the helper:
 * one line is told on it (`mounted MAJOR:MINOR` or `failed REASON`), then end of file on it means the helper let go or died,
 * by whatever signal. Arguments: $1 mount options, $2 source name, $3 mount point (absolute, no symlink on the way),
 * $4 the same as /proc/self/mountinfo writes it, $5 uid the mount point must belong to (empty: any).
 *
 * It enters the mount point first and mounts on `.`: what was checked is what gets covered, even if the path is swapped
 * meanwhile. Being inside the covered folder pins nothing above it. At the end the path is unmounted only while the topmost mount there is the one
 * made here (a later mount on top is somebody else's). Lazily, so that open files do not keep it.
 */
export const mountScript = `${prelude()}
cd -P -- "$3" 2>/dev/null || { tell 'failed missing'; exit 1; }
[ "$(pwd -P)" = "$3" ] || { tell 'failed symlink'; exit 1; }
if [ -n "$5" ] && [ "$(stat -c %u .)" != "$5" ]; then tell 'failed not-owned'; exit 1; fi
top_mount "$4"; before=$top
if ! error=$(mount -i -c -t fuse.pairmount -o "$1" -- "$2" . 2>&1); then
  tell "failed refused $(printf %s "$error" | tr '\\n' ' ')"
  exit 1
fi
exec 0</dev/null
top_mount "$4"
if [ -z "$top" ] || [ "$top" = "$before" ]; then tell 'failed refused the mount does not show in /proc/self/mountinfo'; exit 1; fi
ours=$top
tell "mounted $ours"
while read -r _ <&1; do :; done
top_mount "$4"
[ "$top" = "$ours" ] || exit 2
umount -i -c -l -- "$3" 2>/dev/null
`;

/**
 * The same watch for a mount that libfuse made, with the user's own rights: $1 mount point, $2 the same as mountinfo writes it. Tells
 * `watching MAJOR:MINOR`. Who may not umount mounted through fusermount, and unmounts through it.
 */
export const watchScript = `${prelude()}
top_mount "$2"
[ -n "$top" ] || { tell 'failed the mount does not show in /proc/self/mountinfo'; exit 1; }
ours=$top
tell "watching $ours"
while read -r _ <&1; do :; done
top_mount "$2"
[ "$top" = "$ours" ] || exit 2
umount -i -c -l -- "$1" 2>/dev/null || fusermount -u -z -- "$1" 2>/dev/null || fusermount3 -u -z -- "$1" 2>/dev/null
`;

function prelude(): string {
  return `
trap '' HUP INT QUIT TERM PIPE
tell() { printf '%s\\n' "$*"; }
top_mount() {
  top=
  while read -r _ _ dev _ point _; do
    if [ "$point" = "$1" ]; then top=$dev; fi
  done </proc/self/mountinfo
}`;
}
