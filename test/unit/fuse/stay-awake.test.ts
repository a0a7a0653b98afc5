import { expect, it } from "vitest";
import { createStayAwake } from "../../../helper/fuse/stay-awake.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const armed = () => process.getActiveResourcesInfo().filter((name) => name === "Immediate").length;

it("the loop turns until 0.2 ms after the last request, then nothing is armed", async () => {
  let time = 0;
  const before = armed();
  const touch = createStayAwake(0.2, () => time);
  expect(armed()).toBe(before);
  touch();
  await turn();
  time = 0.1;
  touch();
  await turn();
  time = 0.25;
  await turn();
  expect(armed()).toBe(before + 1);
  time = 0.31;
  await turn();
  await turn();
  expect(armed()).toBe(before);
});

it("zero milliseconds arm nothing at all", () => {
  const before = armed();
  createStayAwake(0)();
  expect(armed()).toBe(before);
});
