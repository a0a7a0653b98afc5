import { expect, it } from "vitest";
import { isSeen, seenText } from "../../../extension/seen-text.ts";

const holds = (text: string, eol = "\n") => seenText(text, eol, "utf8");

it.each([
  ["the same", holds("a\nb\n"), "a\nb\n", true],
  ["another of the same size", holds("a\nb\n"), "a\nc\n", false],
  ["a byte order mark before it", holds("a\n"), "\ufeffa\n", true],
  ["a byte order mark less", holds("\ufeffa\n"), "a\n", true],
  ["lines that end in several ways", holds("a\r\nb\r\nc", "\r\n"), "a\nb\r\nc", true],
  ["lines that all end in another way", holds("a\r\nb\r\n", "\r\n"), "a\nb\n", false],
  ["several ways, and another text", holds("a\nb\nc"), "a\nx\r\nc", false],
])("compares with a file of %s", (_what, seen, text, same) => {
  expect(isSeen(seen, text)).toBe(same);
});
