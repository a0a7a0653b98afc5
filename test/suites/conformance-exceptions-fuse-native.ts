/** What the driver fuse-native cannot do, by the title of the conformance test that shows it, with the reason. */
import type { Exceptions } from "./conformance/family.ts";

const notUtf8 = "fuse-native hands names over as UTF-8 text, other bytes are lost: making such a name is EINVAL";
const milliseconds = "fuse-native has times in whole milliseconds, unsigned, and passes atime in the place of mtime";
const sameTimes =
  "fuse-native passes atime in the place of mtime: the test's own utimes sets another mtime than it looks for";
const halfSet =
  "libfuse 2 calls utimens only when both times are set, fuse-native has no flag to change that; and it passes atime twice";
const pathGone = "libfuse 2 finds files by path, also open ones: without their directory they are ENOENT";

export const fuseNativeExceptions: Exceptions = {
  "a name that is not UTF-8 is kept byte for byte": notUtf8,
  "every byte but slash and NUL can be a name": notUtf8,
  "RENAME_NOREPLACE moves to a free name and is EEXIST for a taken one":
    "libfuse 2 has no RENAME2: the kernel answers EINVAL for every flag",
  "row 4: a file replaced in a loop is never missing and never torn":
    "libfuse 2 answers ENOENT itself to an OPEN whose name was replaced since its LOOKUP; the kernel retries only on ESTALE",
  "row 5: an unlinked open file is read, written, truncated and described; its directory goes at once": pathGone,
  "a directory that was removed while open lists nothing and takes no names": pathGone,
  "row 11: nanoseconds come back as they were set": milliseconds,
  "row 11: times before 1970 and after 2106 come back as they were set": milliseconds,
  "row 12: UTIME_OMIT keeps one time while the other is set": halfSet,
  "UTIME_NOW is now, and can go with UTIME_OMIT": halfSet,
  "times of directories and of symbolic links themselves can be set": milliseconds,
  "a link moves ctime of the file and mtime of the directory only": sameTimes,
  "row 18: each change of names moves the directory's mtime, a write does not": sameTimes,
  "times that were set survive the close of a handle that wrote before": milliseconds,
};
