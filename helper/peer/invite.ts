import { createHash, timingSafeEqual } from "node:crypto";
import { type Address, readAddress, writeAddress } from "./address.ts";
import { parse, type Reader, Writer } from "./codec/bytes.ts";
import { type Role, roles } from "./codec/greeting.ts";
import { type LinkError, linkError } from "./errors.ts";
import { type Fingerprint, fingerprintBytes, fingerprintOfDigest } from "./identity.ts";

export interface Invite {
  /** Key the host must show. */
  readonly host: Fingerprint;
  /** 16 bytes the guest proves to know. */
  readonly secret: Uint8Array;
  /** Seconds since 1970; 0 = never. */
  readonly expires: number;
  /** The most the host will grant. */
  readonly role: Role;
  /** At most eight, tried in this order. */
  readonly addresses: readonly Address[];
}

const version = 1;
const link = "vscode://pairmount.pairmount/join?invite=";
/** Its scheme is the editor's that is to open it: VS Code, its Insiders, or another of its kind. */
const linkStart = /^<?[a-z][a-z0-9+.-]*:\/\/pairmount\.pairmount\/join\?invite=/i;

/**
 * One base64url token, 88 characters for one IPv4 address: version 1 · role 1 · expiry 4 · key 32 · secret 16 ·
 * address count 1 · addresses · first four bytes of the SHA-256 of all before.
 */
export function encodeInvite(invite: Invite): string {
  const w = new Writer();
  w.u8(version);
  w.choice(roles, invite.role);
  w.u32(invite.expires);
  w.fixed(fingerprintBytes(invite.host));
  w.fixed(invite.secret);
  w.u8(invite.addresses.length);
  for (const address of invite.addresses) writeAddress(w, address);
  const body = w.written();
  return Buffer.concat([body, checkOf(body)]).toString("base64url");
}

/** `vscode://pairmount.pairmount/join?invite=AQAAAAAA…` opens VS Code with the join question. A token needs no escapes. */
export function inviteLink(token: string): string {
  return link + token;
}

/** The token of what a person pasted, that or a link. */
export function tokenOf(text: string): string {
  return text.replace(/\s/g, "").replace(linkStart, "").replace(/>$/, "");
}

export type ParsedInvite =
  | { readonly ok: true; readonly invite: Invite }
  | { readonly ok: false; readonly error: LinkError };

/** A token or a link, as a person pasted it. `now` in seconds since 1970. */
export function parseInvite(text: string, now: number): ParsedInvite {
  const token = tokenOf(text);
  if (!/^[A-Za-z0-9_-]+$/.test(token) || token.length < 8) return refuse("invite-malformed");
  const bytes = Buffer.from(token, "base64url");
  const body = bytes.subarray(0, -4);
  if (body.length === 0 || !timingSafeEqual(checkOf(body), bytes.subarray(-4))) {
    return refuse(bytes[0] === version ? "invite-damaged" : "invite-malformed");
  }
  if (body[0] !== version) return refuse("invite-version", `invite version ${body[0]}`);
  const parsed = parse(body, readInvite);
  if (!parsed.ok) return refuse("invite-malformed", parsed.why);
  if (parsed.value.expires !== 0 && parsed.value.expires <= now) return refuse("invite-expired");
  return { ok: true, invite: parsed.value };
}

function refuse(code: LinkError["code"], detail = ""): ParsedInvite {
  return { ok: false, error: linkError(code, detail) };
}

function readInvite(r: Reader): Invite {
  r.u8();
  const role = r.choice(roles);
  const expires = r.u32();
  const host = fingerprintOfDigest(r.fixed(32));
  const secret = r.fixed(16);
  const addresses: Address[] = [];
  const count = r.u8();
  if (count > 8) r.fail("too many addresses");
  for (let i = 0; i < count; i++) addresses.push(readAddress(r));
  return { host, secret, expires, role, addresses };
}

function checkOf(body: Uint8Array): Buffer {
  return createHash("sha256").update(body).digest().subarray(0, 4);
}
