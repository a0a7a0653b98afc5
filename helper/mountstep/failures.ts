import { unreachable } from "../base/brand.ts";

/** Every reason a mount is refused: closed, each with its sentence below. */
export type MountFailure =
  | { readonly code: "no-fuse-device" }
  | { readonly code: "fuse-device-denied"; readonly detail: string }
  | { readonly code: "no-right-to-mount"; readonly root: boolean }
  | { readonly code: "already-mounted"; readonly path: string }
  | { readonly code: "mount-point-missing"; readonly path: string }
  | { readonly code: "mount-point-not-directory"; readonly path: string }
  | { readonly code: "mount-point-symlink"; readonly path: string; readonly real: string }
  | { readonly code: "mount-point-not-owned"; readonly path: string; readonly uid: number }
  | { readonly code: "bad-name"; readonly name: string }
  | { readonly code: "refused"; readonly detail: string }
  | { readonly code: "step-failed"; readonly detail: string }
  | { readonly code: "fuse-native-unusable"; readonly detail: string }
  | { readonly code: "libfuse-refused"; readonly detail: string; readonly root: boolean };

/** What happened and what to do, for the person at the keyboard. */
export function mountFailureSentence(failure: MountFailure): string {
  switch (failure.code) {
    case "no-fuse-device":
      return "There is no /dev/fuse. Load the module (`sudo modprobe fuse`); in a container start it with `--device /dev/fuse --cap-add SYS_ADMIN`.";
    case "fuse-device-denied":
      return `/dev/fuse cannot be opened (${failure.detail}). In a container add \`--device /dev/fuse\`; elsewhere \`sudo chmod 666 /dev/fuse\`.`;
    case "no-right-to-mount":
      return failure.root
        ? "This root may not mount (CAP_SYS_ADMIN is missing). Start the container with `--device /dev/fuse --cap-add SYS_ADMIN`."
        : "Mounting needs root's rights here. Run the same command as root, with `sudo` in front.";
    case "already-mounted":
      return `${failure.path} is already mounted by Pairmount. End that session first with \`pairmount leave\`, or \`umount -l\` it if it is dead.`;
    case "mount-point-missing":
      return `The mount point ${failure.path} does not exist. Create it with \`mkdir -p\` and try again.`;
    case "mount-point-not-directory":
      return `The mount point ${failure.path} is not a folder.`;
    case "mount-point-symlink":
      return `The mount point ${failure.path} leads through a symbolic link. Give the real path: ${failure.real}.`;
    case "mount-point-not-owned":
      return `The mount point ${failure.path} does not belong to user ${failure.uid}. Choose a folder of yours.`;
    case "bad-name":
      return `${JSON.stringify(failure.name)} cannot name a mount: use a short text on one line.`;
    case "refused":
      return `The system refused to mount: ${failure.detail}`;
    case "step-failed":
      return `The mounting step ended unexpectedly: ${failure.detail}. \`pairmount doctor\` checks what it needs.`;
    case "fuse-native-unusable":
      return `The driver fuse-native cannot be used: ${failure.detail}. Choose \`--driver kernel\`, or install it with \`npm install fuse-native@2.2.6\`.`;
    case "libfuse-refused":
      return failure.root
        ? `libfuse could not mount (${failure.detail}; its own words are on the error output). In a container add \`--device /dev/fuse --cap-add SYS_ADMIN\`.`
        : `libfuse could not mount (${failure.detail}; its own words are on the error output). Without root it needs \`fusermount\`: \`sudo apt install fuse3\`; for other users also \`user_allow_other\` in /etc/fuse.conf.`;
    default:
      return unreachable(failure);
  }
}
