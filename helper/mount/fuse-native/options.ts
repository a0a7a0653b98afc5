/** libfuse's options: global, so conservative. Nothing is cached that a peer could change. */
import type { MountRequest } from "../driver.ts";

/**
 * `-o` text for fuse_mount and fuse_new. Entries, attributes and absence are asked for each time, and without kernel_cache and
 * auto_cache every open drops the pages of its file. No direct_io: MAP_SHARED would be ENODEV. `nonempty`: the mount may
 * cover the shared folder. fuse-native's own option names cannot say a timeout of 0, negative_timeout, nonempty or
 * big_writes. Its buffer takes 1023 bytes.
 */
export function libfuseOptions(request: Pick<MountRequest, "fsName" | "allowOther" | "readOnly">): string {
  const options = [
    "nosuid",
    "nodev",
    "nonempty",
    "default_permissions",
    "use_ino",
    "entry_timeout=0",
    "negative_timeout=0",
    "attr_timeout=0",
    "big_writes",
    "atomic_o_trunc",
    "subtype=pairmount",
    `fsname=${escapeOption(request.fsName)}`,
  ];
  if (request.allowOther) options.push("allow_other");
  if (request.readOnly) options.push("ro");
  return `-o${options.join(",")}`;
}

/** fuse_opt.c: a backslash takes the next character literally. */
function escapeOption(text: string): string {
  return text.replace(/[\\,]/g, "\\$&");
}
