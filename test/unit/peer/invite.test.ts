import fc from "fast-check";
import { expect, test } from "vitest";
import { addressText, parseAddress } from "../../../helper/peer/address.ts";
import { linkErrorSentence } from "../../../helper/peer/errors.ts";
import { type Fingerprint, fingerprintOfDigest } from "../../../helper/peer/identity.ts";
import { encodeInvite, type Invite, inviteLink, parseInvite } from "../../../helper/peer/invite.ts";

const host: Fingerprint = fingerprintOfDigest(new Uint8Array(32).fill(7));
const secret = new Uint8Array(16).fill(9);
const invite: Invite = {
  host,
  secret,
  expires: 2000,
  role: "read-only",
  addresses: [{ host: "192.168.1.7", port: 7000 }],
};

test("an invite for one address is one word of 88 characters", () => {
  expect(encodeInvite(invite)).toMatch(/^[A-Za-z0-9_-]{88}$/);
});

test("an invite comes out as it went in, as a token, as a link, and pasted with spaces and line breaks", () => {
  const token = encodeInvite(invite);
  const link = inviteLink(token);
  const elsewhere = link.replace("vscode:", "vscodium:");
  for (const text of [token, link, `<${elsewhere}>`, `  ${token.slice(0, 40)}\n ${token.slice(40)} `]) {
    expect(parseInvite(text, 1999)).toEqual({ ok: true, invite });
  }
});

test("addresses of all kinds survive", () => {
  const addresses = [
    { host: "::1", port: 1 },
    { host: "fe80::abcd:1", port: 65_535 },
    { host: "::ffff:10.0.0.1", port: 80 },
    { host: "box.lan", port: 7000 },
  ];
  const parsed = parseInvite(encodeInvite({ ...invite, expires: 0, addresses }), 1e9);
  expect(parsed.ok && parsed.invite.addresses.map(addressText)).toEqual([
    "[0:0:0:0:0:0:0:1]:1",
    "[fe80:0:0:0:0:0:abcd:1]:65535",
    "[0:0:0:0:0:ffff:a00:1]:80",
    "box.lan:7000",
  ]);
});

test("an expired invite says so", () => {
  const parsed = parseInvite(encodeInvite(invite), 2000);
  expect(parsed.ok ? "" : linkErrorSentence(parsed.error)).toBe("The invite has expired: ask for a new one.");
});

test("any one character changed, or lost at the end, is noticed", () => {
  const token = encodeInvite(invite);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  fc.assert(
    fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom(...letters.split("")), (at, letter) => {
      fc.pre(token[at] !== letter);
      expect(parseInvite(token.slice(0, at) + letter + token.slice(at + 1), 0).ok).toBe(false);
      expect(parseInvite(token.slice(0, at), 0).ok).toBe(false);
    }),
  );
});

test("any text is an answer", () => {
  fc.assert(fc.property(fc.string(), (text) => !parseInvite(text, 0).ok));
  const other = parseInvite("https://example.com/join", 0);
  expect(other.ok ? "" : other.error.code).toBe("invite-malformed");
});

test("addresses are read as people write them", () => {
  expect(parseAddress("127.0.0.1:7000")).toEqual({ host: "127.0.0.1", port: 7000 });
  expect(parseAddress("[::1]:7000")).toEqual({ host: "::1", port: 7000 });
  for (const wrong of ["127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:7000", "a b:1", "[x]:1"]) {
    expect(parseAddress(wrong)).toBeUndefined();
  }
});
