/** Names are bytes: 1 to 255 of them, no slash, no NUL, compared as they are. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { expect } from "vitest";
import { wordOf, type Family } from "./family.ts";

export const names: Family = (test) => {
  test("a name that is not UTF-8 is kept byte for byte", ({ dir }) => {
    const name = Buffer.from([0x66, 0xff, 0xfe, 0x80, 0x01, 0x20, 0x0a]);
    const path = Buffer.concat([Buffer.from(`${dir}/`), name]);
    writeFileSync(path, "bytes");
    expect(readdirSync(dir, { encoding: "buffer" })).toEqual([name]);
    expect(readFileSync(path, "utf8")).toBe("bytes");
    const other = Buffer.concat([path, Buffer.from([0xc3])]);
    renameSync(path, other);
    expect(wordOf(() => statSync(path))).toBe("ENOENT");
    unlinkSync(other);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("every byte but slash and NUL can be a name", ({ dir }) => {
    const wanted = Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => byte !== 0x2f && byte !== 0x2e);
    for (const byte of wanted) writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([byte])]), "");
    const found = readdirSync(dir, { encoding: "buffer" }).map((name) => name[0] ?? 0);
    expect(found.toSorted((a, b) => a - b)).toEqual(wanted);
  });

  test("a name of 255 bytes works in every call", ({ at, dir }) => {
    const long = "n".repeat(255);
    writeFileSync(at(long), "long");
    expect(readdirSync(dir)).toEqual([long]);
    const wide = "é".repeat(127) + "x";
    renameSync(at(long), at(wide));
    expect(readFileSync(at(wide), "utf8")).toBe("long");
    mkdirSync(at(long));
    expect(statSync(at(long)).isDirectory()).toBe(true);
  });

  test("a name of 256 bytes is ENAMETOOLONG in every call", ({ at }) => {
    const long = at("n".repeat(256));
    writeFileSync(at("f"), "");
    expect(wordOf(() => writeFileSync(long, ""))).toBe("ENAMETOOLONG");
    expect(wordOf(() => mkdirSync(long))).toBe("ENAMETOOLONG");
    expect(wordOf(() => statSync(long))).toBe("ENAMETOOLONG");
    expect(wordOf(() => renameSync(at("f"), long))).toBe("ENAMETOOLONG");
    expect(wordOf(() => unlinkSync(long))).toBe("ENAMETOOLONG");
  });

  test("composed and decomposed letters are two names", ({ at, dir }) => {
    writeFileSync(at("caf\u00e9"), "composed");
    writeFileSync(at("cafe\u0301"), "decomposed");
    expect(readFileSync(at("caf\u00e9"), "utf8")).toBe("composed");
    expect(readFileSync(at("cafe\u0301"), "utf8")).toBe("decomposed");
    expect(readdirSync(dir)).toHaveLength(2);
  });

  test("upper and lower case are two names", ({ at, dir }) => {
    writeFileSync(at("Readme"), "1");
    writeFileSync(at("README"), "2");
    expect(readFileSync(at("Readme"), "utf8")).toBe("1");
    expect(existsSync(at("readme"))).toBe(false);
    expect(readdirSync(dir).toSorted()).toEqual(["README", "Readme"]);
  });

  test("a slash after a file is ENOTDIR, a path through a file is ENOTDIR", ({ at }) => {
    writeFileSync(at("f"), "");
    expect(wordOf(() => statSync(`${at("f")}/`))).toBe("ENOTDIR");
    expect(wordOf(() => statSync(at("f", "x")))).toBe("ENOTDIR");
    expect(wordOf(() => writeFileSync(at("f", "x"), ""))).toBe("ENOTDIR");
  });

  test("a name created after it was looked up in vain is found at once", ({ at }) => {
    for (let i = 0; i < 50; i += 1) {
      expect(existsSync(at(`n${i}`))).toBe(false);
      writeFileSync(at(`n${i}`), "x");
      expect(existsSync(at(`n${i}`))).toBe(true);
      unlinkSync(at(`n${i}`));
      expect(existsSync(at(`n${i}`))).toBe(false);
    }
  });
};
