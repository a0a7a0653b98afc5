import { describe, expect, it } from "vitest";
import { escapeMountPoint, isOurs, parseMountInfo } from "../../../helper/mountstep/mountinfo.ts";
import { hasSysAdmin } from "../../../helper/mountstep/rights.ts";

describe("/proc/self/mountinfo", () => {
  it("is read with optional fields, escapes and several mounts on one point in order", () => {
    const lines = parseMountInfo(
      "27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/root rw\n" +
        "42 27 0:39 / /a\\040b ro,nosuid - fuse.pairmount my\\040tree ro,user_id=0\n" +
        "43 42 0:40 / /a\\040b rw - tmpfs none rw\n",
    );
    expect(lines).toEqual([
      { id: "27", device: "254:0", mountPoint: "/", type: "ext4", source: "/dev/root" },
      { id: "42", device: "0:39", mountPoint: "/a b", type: "fuse.pairmount", source: "my tree" },
      { id: "43", device: "0:40", mountPoint: "/a b", type: "tmpfs", source: "none" },
    ]);
    expect(lines.map(isOurs)).toEqual([false, true, false]);
  });

  it("writes space, tab, newline and backslash as octal", () => {
    expect(escapeMountPoint("/a b\tc\nd\\e")).toBe("/a\\040b\\011c\\012d\\134e");
  });
});

it("CAP_SYS_ADMIN is bit 21 of the effective set", () => {
  expect(hasSysAdmin("Name:\tx\nCapEff:\t000001fffeffffff\n")).toBe(true);
  expect(hasSysAdmin("CapEff:\t00000000a80425fb\n")).toBe(false);
  expect(hasSysAdmin("")).toBe(false);
});
