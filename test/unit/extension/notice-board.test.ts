import { expect, it } from "vitest";
import { createNoticeBoard } from "../../../extension/notice-board.ts";
import { type Notice, wordsOf } from "../../../extension/notices.ts";
import { fakeTimers } from "../../harness/fake-timers.ts";

function board() {
  const timers = fakeTimers();
  const shown: string[] = [];
  const notices = createNoticeBoard({ timers, show: (notice) => void shown.push(wordsOf(notice).text) });
  const say = (...texts: readonly string[]): void => {
    for (const text of texts) notices.tell({ t: "said", level: "info", text } satisfies Notice);
  };
  /** Shows a question; the call answers it, and waits until the board knows. */
  const ask = (question: string): (() => Promise<void>) => {
    let answer = (): void => undefined;
    const asked = notices.need(() => {
      shown.push(question);
      return new Promise<void>((resolve) => (answer = resolve));
    });
    return async () => {
      answer();
      await asked;
    };
  };
  return { timers, shown, notices, say, ask };
}

it("tells what comes within a moment as one, and what comes later apart", () => {
  const { timers, shown, say } = board();
  say("One.", "Two.");
  expect(shown).toEqual([]);
  timers.advance(1000);
  say("Three.");
  timers.advance(1000);
  expect(shown).toEqual(["One. Two.", "Three."]);
});

it("shows at once what is needed, on top of what was told before it", () => {
  const { shown, say, ask } = board();
  say("One.", "Two.");
  ask("Rejoin?");
  expect(shown).toEqual(["One. Two.", "Rejoin?"]);
});

it("holds back what comes while that waits for its answer, and tells it then", async () => {
  const { timers, shown, say, ask } = board();
  const answer = ask("Rejoin?");
  say("One.");
  timers.advance(5000);
  say("Two.");
  expect(shown).toEqual(["Rejoin?"]);
  await answer();
  timers.advance(1000);
  expect(shown).toEqual(["Rejoin?", "One. Two."]);
});

it("pushes no question out by what it held back when a second one comes", async () => {
  const { timers, shown, say, ask } = board();
  const first = ask("One?");
  say("Told.");
  const second = ask("Two?");
  await first();
  timers.advance(1000);
  expect(shown).toEqual(["One?", "Two?"]);
  await second();
  timers.advance(1000);
  expect(shown).toEqual(["One?", "Two?", "Told."]);
});

it("waits no longer for an answer than VS Code shows the question", async () => {
  const { timers, shown, say, ask } = board();
  const answer = ask("Rejoin?");
  say("One.");
  timers.advance(12_000);
  expect(shown).toEqual(["Rejoin?", "One."]);
  await answer();
  say("Two.");
  timers.advance(1000);
  expect(shown).toEqual(["Rejoin?", "One.", "Two."]);
});

it("hands on how the question ended", async () => {
  const { notices, timers, shown, say } = board();
  expect(await notices.need(() => Promise.resolve("Rejoin"))).toBe("Rejoin");
  await expect(notices.need(() => Promise.reject(new Error("no window")))).rejects.toThrow("no window");
  say("One.");
  timers.advance(1000);
  expect(shown).toEqual(["One."]);
});

it("tells nothing once its window is gone", () => {
  const { notices, timers, shown, say } = board();
  say("One.");
  notices.dispose();
  timers.advance(1000);
  expect(shown).toEqual([]);
});
