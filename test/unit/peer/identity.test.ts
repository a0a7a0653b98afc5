import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createIdentity, fingerprintOfKey, loadIdentity, shortFingerprint } from "../../../helper/peer/identity.ts";

const directory = mkdtempSync(join(tmpdir(), "pm-identity-"));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("the key is made once, kept readable by its owner alone, and found again", () => {
  const state = join(directory, "state");
  const first = loadIdentity(state);
  expect(statSync(join(state, "identity.pem")).mode & 0o777).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
  expect(loadIdentity(state).fingerprint).toBe(first.fingerprint);
  expect(loadIdentity(join(directory, "other")).fingerprint).not.toBe(first.fingerprint);
});

test("the certificate is self-signed, and its key is the one of the fingerprint", () => {
  const identity = createIdentity();
  const certificate = new X509Certificate(identity.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe("CN=pairmount");
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  expect(fingerprintOfKey(certificate.publicKey)).toBe(identity.fingerprint);
});

test("the short fingerprint is three groups of four that can be read aloud", () => {
  expect(shortFingerprint(createIdentity().fingerprint)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
});
