/** What the copying program tells its helper: one JSON object a line, the last one an outcome. */
import { oneOf, type Parser, record, text } from "../rpc/parse.ts";
import { parseKept, parseProgress } from "../rpc/shapes.ts";
import type { Kept, Progress } from "../session/api.ts";
import { type SessionErrorCode, sessionErrorCodes } from "../session/errors.ts";

export type KeepMessage =
  | { readonly t: "progress"; readonly progress: Progress }
  | { readonly t: "kept"; readonly kept: Kept }
  | { readonly t: "failed"; readonly code: SessionErrorCode; readonly detail: string }
  | { readonly t: "unexpected"; readonly text: string };

type Of<T extends KeepMessage["t"]> = Extract<KeepMessage, { t: T }>;
const parsers: { readonly [T in KeepMessage["t"]]: Parser<Of<T>> } = {
  progress: record<Of<"progress">>({ t: oneOf("progress"), progress: parseProgress }),
  kept: record<Of<"kept">>({ t: oneOf("kept"), kept: parseKept }),
  failed: record<Of<"failed">>({ t: oneOf("failed"), code: oneOf(...sessionErrorCodes), detail: text }),
  unexpected: record<Of<"unexpected">>({ t: oneOf("unexpected"), text }),
};

export const parseKeepMessage: Parser<KeepMessage> = (raw) => {
  const tag = (raw as { t?: unknown } | null | undefined)?.t;
  return typeof tag === "string" && Object.hasOwn(parsers, tag) ? parsers[tag as KeepMessage["t"]](raw) : undefined;
};
