/** Requests that take their time: their progress, their end before their answer. */
import { expect, test, vi } from "vitest";
import type { Progress } from "../../../helper/api.ts";
import { connectRpc } from "../../../helper/rpc/client.ts";
import { SessionError } from "../../../helper/session/errors.ts";
import { attachTo, kept, useFakeHelper } from "./fake-helper.ts";

const helper = useFakeHelper();

test("what is asked of a helper that goes meanwhile is rejected as that", async () => {
  const fake = helper();
  const { client } = await attachTo(fake);
  fake.stays = true;
  const asked = client.request("leave", {});
  const rejected = expect(asked).rejects.toMatchObject({ code: "host-gone" });
  await fake.server.dispose();
  await rejected;
  await client.closed;
  await expect(client.request("status", {})).rejects.toMatchObject({ code: "host-gone" });
});

test("a long request tells its progress to who asks for it, is refused with a code, and cancelled by its asker or the end of its connection", async () => {
  const fake = helper();
  const one = await connectRpc(fake.socket);
  const steps: Progress[] = [];
  fake.copy = (at, { onProgress }) => {
    onProgress({ step: "copy", done: 1, total: 2 });
    onProgress({ step: "verify", done: 0, total: 0 });
    return Promise.resolve({ ...kept, folder: at });
  };
  const onProgress = (progress: Progress): void => void steps.push(progress);
  expect(await one.request("keepCopy", { folder: "/c" }, { onProgress })).toMatchObject({ folder: "/c" });
  expect(await one.request("keepCopy", { folder: "/c" })).toMatchObject({ folder: "/c" });
  expect(steps.map(({ step }) => step)).toEqual(["copy", "verify"]);

  fake.copy = (at) => Promise.reject(new SessionError("keep-target", at));
  await expect(one.request("keepCopy", { folder: "/full" })).rejects.toMatchObject({
    code: "keep-target",
    message: new SessionError("keep-target", "/full").message,
  });

  const ends: string[] = [];
  fake.copy = (at, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        ends.push(at);
        reject(new SessionError("cancelled", "no copy was kept"));
      }),
    );
  const cancel = new AbortController();
  const asked = one.request("keepCopy", { folder: "/c" }, { signal: cancel.signal });
  const refused = expect(asked).rejects.toMatchObject({ code: "cancelled" });
  await one.request("status", {});
  cancel.abort();
  await refused;
  const two = await connectRpc(fake.socket);
  void two.request("keepCopy", { folder: "/d" }).catch(() => undefined);
  await two.request("status", {});
  two.dispose();
  await vi.waitFor(() => expect(ends).toEqual(["/c", "/d"]));
  one.dispose();
});
