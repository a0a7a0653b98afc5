import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Brand } from "../base/brand.ts";
import { pemOf, selfSigned } from "./certificate.ts";

/** SHA-256 of a public key's SPKI encoding, 64 lower-case hex digits. */
export type Fingerprint = Brand<string, "Fingerprint">;

/** This machine's key and the certificate TLS shows for it. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
  readonly fingerprint: Fingerprint;
}

/** The identity kept in `directory` (made 0700, the key 0600), created on first use; two processes that start together get the same. */
export function loadIdentity(directory: string): Identity {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "identity.pem");
  const existing = readKey(path);
  if (existing !== undefined) return identityOf(existing);
  const draft = join(directory, `.identity-${process.pid}.pem`);
  writeFileSync(draft, pemOfKey(newKey()), { mode: 0o600, flag: "w" });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return identityOf(createPrivateKey(readFileSync(path)));
}

/** A key that lives as long as the process. */
export function createIdentity(): Identity {
  return identityOf(newKey());
}

export function fingerprintOfKey(key: KeyObject): Fingerprint {
  return fingerprintOfDigest(
    createHash("sha256")
      .update(key.export({ type: "spki", format: "der" }))
      .digest(),
  );
}

export function fingerprintOfDigest(digest: Uint8Array): Fingerprint {
  return Buffer.from(digest).toString("hex") as Fingerprint;
}

export function fingerprintBytes(fingerprint: Fingerprint): Uint8Array {
  return Buffer.from(fingerprint, "hex");
}

/** `K7QX-M2PD-9TRW`: the first 60 bits, for two people to read to each other; no I, L, O or U (Crockford's base 32). */
export function shortFingerprint(fingerprint: Fingerprint): string {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const bits = BigInt(`0x${fingerprint.slice(0, 15)}`);
  const text = Array.from({ length: 12 }, (_, i) => alphabet[Number((bits >> BigInt(55 - 5 * i)) & 31n)]).join("");
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function identityOf(key: KeyObject): Identity {
  const publicKey = createPublicKey(key);
  return {
    key: pemOfKey(key),
    certificate: pemOf("CERTIFICATE", selfSigned(key, publicKey)),
    fingerprint: fingerprintOfKey(publicKey),
  };
}

function readKey(path: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(readFileSync(path));
    chmodSync(path, 0o600);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
