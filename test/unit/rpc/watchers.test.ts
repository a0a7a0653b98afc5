import { expect, it } from "vitest";
import type { MessageConnection } from "vscode-jsonrpc/node.js";
import type { SessionState } from "../../../helper/api.ts";
import { createWatchers, type Watchers } from "../../../helper/rpc/watchers.ts";
import { statusOfFake } from "../cli/fake-session.ts";

const state: SessionState = { status: statusOfFake, joins: [], commits: [] };

/** Takes what it is sent, and has it leave when told. */
function slowClient() {
  const sent: { readonly name: string; readonly message: unknown; readonly leave: () => void }[] = [];
  const connection = {
    sendNotification: (name: string, message: unknown) =>
      new Promise<void>((resolve) => sent.push({ name, message, leave: resolve })),
  } as unknown as MessageConnection;
  async function reads(): Promise<void> {
    for (const message of sent.splice(0)) message.leave();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { connection, sent, reads };
}

function watched(): Watchers {
  return createWatchers(
    () => state,
    () => undefined,
  );
}

it("tells a client that does not read nothing more, and the whole state at the next revision once it does", async () => {
  const watchers = watched();
  const { connection, sent, reads } = slowClient();
  expect(watchers.add(connection)).toBe(1);
  for (let i = 0; i < 10_000; i++) watchers.changed({ joins: [] });
  for (let i = 0; i < 10_000; i++) watchers.event({ event: "warning", text: "late" });
  expect(sent.length).toBe(64);
  expect(sent.at(-1)?.message).toEqual({ revision: 65, joins: [] });
  await reads();
  expect(sent.map(({ name, message }) => [name, message])).toEqual([["changed", { revision: 66, ...state }]]);
  await reads();
  watchers.event({ event: "warning", text: "now" });
  watchers.changed({ joins: [] });
  expect(sent.map(({ name }) => name)).toEqual(["event", "changed"]);
  expect(sent[1]?.message).toEqual({ revision: 67, joins: [] });
});

it("lets thousands of events be on their way", () => {
  const watchers = watched();
  const { connection, sent } = slowClient();
  watchers.add(connection);
  for (let i = 0; i < 5000; i++) watchers.event({ event: "warning", text: String(i) });
  expect(sent).toHaveLength(4096);
});

it("keeps a client waiting for nobody else, and each has a revision of its own", () => {
  const watchers = watched();
  const slow = slowClient();
  watchers.add(slow.connection);
  for (let i = 0; i < 300; i++) watchers.changed({ joins: [] });
  const late = slowClient();
  expect(watchers.add(late.connection)).toBe(1);
  watchers.changed({ commits: [] });
  expect(late.sent.map(({ message }) => message)).toEqual([{ revision: 2, commits: [] }]);
  expect(slow.sent).toHaveLength(64);
  expect(watchers.add(late.connection)).toBe(2);
  watchers.remove(late.connection);
  watchers.changed({ commits: [] });
  expect([late.sent.length, watchers.size]).toEqual([1, 1]);
});
