import { expect, it } from "vitest";
import { createLobby } from "../../../helper/session/lobby.ts";

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
  const answer = lobby.ask(ask("ben"), Promise.resolve({ accept: false, reason: "the host said no" }));
  expect(await answer).toEqual({ accept: false, reason: "the host said no" });
  expect(lobby.decide(1, { accept: true, access: "read-write" })).toBe(false);
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
