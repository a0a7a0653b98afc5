import { expect, it } from "vitest";
import type { MessageConnection } from "vscode-jsonrpc/node.js";
import { firstState } from "../../../helper/rpc/session-state.ts";
import { createWatchers } from "../../../helper/rpc/watchers.ts";
import { statusOfFake } from "../cli/fake-session.ts";

/** Takes what it is sent, and has it leave when told. */
function slowClient() {
  const sent: { readonly name: string; readonly leave: () => void }[] = [];
  const connection = {
    sendNotification: (name: string) => new Promise<void>((resolve) => sent.push({ name, leave: resolve })),
  } as unknown as MessageConnection;
  return { connection, sent };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("tells a client that does not read nothing more, and the whole state once it does", async () => {
  let held = firstState(statusOfFake, []);
  const watchers = createWatchers(
    () => held,
    () => undefined,
  );
  const { connection, sent } = slowClient();
  watchers.add(connection);
  for (let i = 0; i < 10_000; i++) {
    held = { ...held, revision: held.revision + 1 };
    watchers.changed({ revision: held.revision });
  }
  expect(sent.length).toBe(256);
  for (const message of sent.splice(0)) message.leave();
  await settled();
  expect(sent.map(({ name }) => name)).toEqual(["changed"]);
  sent[0]?.leave();
  await settled();
  watchers.event({ event: "warning", text: "now" });
  expect(sent.map(({ name }) => name)).toEqual(["changed", "event"]);
});
