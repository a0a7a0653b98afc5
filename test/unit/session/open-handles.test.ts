import { expect, test } from "vitest";
import type { NodeId } from "../../../helper/replica/ids.ts";
import { OpenHandles } from "../../../helper/session/open-handles.ts";

const file = 7 as NodeId;
const writing = { writable: true, append: false };

test("each handle that wrote is told once, readers and later handles are not", () => {
  const handles = new OpenHandles();
  const [first, second] = [handles.open(file, writing), handles.open(file, writing)];
  const reader = handles.open(file, { writable: false, append: false });
  handles.refuse(file);
  const later = handles.open(file, writing);
  expect([reader, later, first, first, second, undefined].map((each) => handles.takeRefused(each))).toEqual([
    false,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(handles.takeUnsafe(file)).toBe(false);
});

test("an fsync tells through any handle, once, and still the writer is told before it writes on", () => {
  const handles = new OpenHandles();
  const handle = handles.open(file, writing);
  handles.refuse(file);
  expect([handles.takeUnsafe(file), handles.takeUnsafe(file), handles.takeRefused(handle)]).toEqual([
    true,
    false,
    true,
  ]);
});

test("what nobody had open for writing, or has open no more, concerns nobody", () => {
  const handles = new OpenHandles();
  const reader = handles.open(file, { writable: false, append: false });
  handles.refuse(file);
  expect(handles.takeUnsafe(file)).toBe(false);
  const writer = handles.open(file, writing);
  handles.refuse(file);
  handles.close(writer);
  handles.close(reader);
  expect(handles.isOpen(file)).toBe(false);
  expect(handles.takeUnsafe(file)).toBe(false);
});
