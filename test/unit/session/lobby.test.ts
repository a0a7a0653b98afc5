import { expect, it } from "vitest";
import type { SessionEvent } from "../../../helper/session/api.ts";
import { createLobby, lobbyQuestion } from "../../../helper/session/lobby.ts";

const ask = (name: string, signal = new AbortController().signal) =>
  ({ name, fingerprint: "K7QX-M2PD", wants: "read-write", signal }) as const;

it("shows who waits until a client decides; a second click is a stale one", async () => {
  const lobby = createLobby();
  const answer = lobby.ask(ask("ben"));
  const [waiting] = lobby.waiting();
  expect(waiting).toEqual({ id: 1, name: "ben", fingerprint: "K7QX-M2PD", wants: "read-write" });
  expect(lobby.decide(1, { accept: true, access: "read-only" })).toBe(true);
  expect(await answer).toEqual({ accept: true, access: "read-only" });
  expect(lobby.waiting()).toEqual([]);
  expect(lobby.decide(1, { accept: false, reason: "no" })).toBe(false);
});

it("takes the terminal's answer where that comes first", async () => {
  const lobby = createLobby();
  const no = { accept: false, reason: "the host said no" } as const;
  const answer = lobby.ask(ask("ben"), () => Promise.resolve(no));
  expect(await answer).toEqual({ accept: false, reason: "the host said no" });
  expect(lobby.decide(1, { accept: true, access: "read-write" })).toBe(false);
});

it("takes the terminal's question back when a client decides or the guest goes away", async () => {
  const lobby = createLobby();
  const signals: AbortSignal[] = [];
  const terminal = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => undefined);
  };
  const gone = new AbortController();
  const answers = [lobby.ask(ask("ben"), terminal), lobby.ask(ask("cleo", gone.signal), terminal)];
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  lobby.decide(1, { accept: true, access: "read-write" });
  gone.abort();
  expect(await Promise.all(answers)).toMatchObject([{ accept: true }, { accept: false }]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it("forgets a guest that goes away before the answer; asking again is a new question", async () => {
  const lobby = createLobby();
  const gone = new AbortController();
  const answer = lobby.ask(ask("ben", gone.signal));
  gone.abort();
  expect(await answer).toMatchObject({ accept: false });
  expect(lobby.waiting()).toEqual([]);
  void lobby.ask(ask("ben"));
  expect(lobby.waiting().map(({ id }) => id)).toEqual([2]);
});

it("tells the timeline who asks, and whether that guest was declined or left before", async () => {
  const told: SessionEvent[] = [];
  const gone = new AbortController();
  const decide = () => Promise.resolve({ accept: false, reason: "no" } as const);
  const question = lobbyQuestion({ decide }, (event) => told.push(event));
  const request = { fingerprint: "K7QX", readOnlyRequested: false, address: "", key: "k" as never };
  expect(await question({ ...request, name: "ben", signal: gone.signal })).toEqual({ accept: false, reason: "no" });
  gone.abort();
  await question({ ...request, name: "cleo", signal: gone.signal });
  expect(told.map((event) => (event.event === "peer" ? [event.peer, event.state] : event))).toEqual([
    ["ben", "asking"],
    ["ben", "declined"],
    ["cleo", "asking"],
    ["cleo", "left"],
  ]);
});
