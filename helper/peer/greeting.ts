import { createHmac, timingSafeEqual } from "node:crypto";
import type { Hello } from "./codec/greeting.ts";
import type { Fingerprint } from "./identity.ts";

/**
 * Knowledge of `secret`, for one purpose, on one channel between two keys: HMAC-SHA256 over the channel's exporter value.
 * A relay has two channels with two values, so a proof it passes on is worth nothing.
 */
export function proofOf(options: {
  readonly secret: Uint8Array;
  readonly purpose: Hello["purpose"];
  readonly channel: Uint8Array;
  readonly host: Fingerprint;
  readonly guest: Fingerprint;
}): Uint8Array {
  return createHmac("sha256", options.secret)
    .update(`pairmount ${options.purpose}\0${options.host}${options.guest}`)
    .update(options.channel)
    .digest();
}

export function sameProof(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
