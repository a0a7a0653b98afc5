import { describe, expect, it } from "vitest";
import { initFlag } from "../../../helper/fuse/abi.ts";
import { type InitRequest, negotiate, parseKernelVersion, readInit } from "../../../helper/fuse/init.ts";
import { request, u32 } from "./request-bytes.ts";

const modern = { major: 6, minor: 18 };
const everything: InitRequest = { unique: 2, major: 7, minor: 45, maxReadahead: 131_072, flags: (1n << 64n) - 1n };

function settled(init: InitRequest, kernel = modern) {
  const outcome = negotiate(init, kernel);
  if (outcome.t !== "settled") throw new Error(outcome.t);
  return outcome;
}

describe("INIT", () => {
  it("switches on what is wanted and nothing else, whatever the kernel offers", () => {
    const on = (Object.keys(initFlag) as (keyof typeof initFlag)[]).filter(
      (name) => settled(everything).protocol.flags & initFlag[name],
    );
    expect(on).toEqual([
      "asyncRead",
      "atomicOTrunc",
      "bigWrites",
      "doReaddirplus",
      "readdirplusAuto",
      "parallelDirops",
      "abortError",
      "maxPages",
      "cacheSymlinks",
      "handleKillprivV2",
      "initExt",
      "directIoAllowMmap",
    ]);
    const known = Object.values(initFlag).reduce((all, flag) => all | flag, 0n);
    expect(settled(everything).protocol.flags & ~known).toBe(0n);
  });

  it("asks for nothing the kernel does not offer, and for 128 KiB writes where it has no MAX_PAGES", () => {
    expect(settled({ ...everything, flags: initFlag.asyncRead }).protocol).toEqual({
      minor: 45,
      maxWrite: 131_072,
      flags: initFlag.asyncRead,
    });
  });

  it("leaves truncation in open to kernels from 5.19 on", () => {
    expect(settled(everything, { major: 5, minor: 15 }).protocol.flags & initFlag.atomicOTrunc).toBe(0n);
  });

  it("answers with 1 MiB writes, 256 pages, time to the nanosecond and the upper flags", () => {
    const flags = settled(everything).protocol.flags;
    expect([...settled(everything).reply]).toEqual([
      80,
      0,
      2,
      0,
      7,
      45,
      131_072,
      Number(flags & 0xffff_ffffn),
      128 | (96 << 16),
      1 << 20,
      1,
      256,
      1 << 4,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  it("asks a kernel of a later major version again, and refuses one older than 7.31", () => {
    expect(negotiate({ ...everything, major: 8 }, modern).t).toBe("again");
    const old = negotiate({ ...everything, minor: 30 }, modern);
    expect([old.t, old.reply[1]]).toEqual(["too-old", -71 >>> 0]);
  });

  it("reads the upper flags only beside INIT_EXT", () => {
    const init = (flags: number) => readInit(request(26, u32(7, 45, 1024, flags, 1 << 4)).message);
    expect(init(1)).toEqual({ unique: 6, major: 7, minor: 45, maxReadahead: 1024, flags: 1n });
    expect(init(1 | (1 << 30)).flags).toBe(1n | initFlag.initExt | initFlag.directIoAllowMmap);
  });

  it("reads a kernel's version from its release", () => {
    expect(parseKernelVersion("6.18.44-custom")).toEqual(modern);
    expect(parseKernelVersion("strange")).toEqual({ major: 0, minor: 0 });
  });
});
