import { type KeyObject, randomBytes, sign } from "node:crypto";

/**
 * A self-signed X.509 certificate (DER) around a P-256 key. TLS wants one; nobody reads anything in it but the key, which
 * is what peers pin. RFC 5280, the least it allows: no extensions, version 1, valid from 2020 to 9999.
 */
export function selfSigned(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const name = der(0x30, der(0x31, der(0x30, oid.commonName, der(0x0c, Buffer.from("pairmount")))));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const body = der(
    0x30,
    der(0x02, serial),
    der(0x30, oid.ecdsaWithSha256),
    name,
    der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x18, Buffer.from("99991231235959Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, { key: privateKey, dsaEncoding: "der" });
  return der(0x30, body, der(0x30, oid.ecdsaWithSha256), der(0x03, Buffer.from([0]), signature));
}

export function pemOf(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

const oid = {
  /** 2.5.4.3 */
  commonName: Buffer.from("0603550403", "hex"),
  /** 1.2.840.10045.4.3.2 */
  ecdsaWithSha256: Buffer.from("06082a8648ce3d040302", "hex"),
};

/** tag · length (short, or 0x81 / 0x82 and one or two bytes) · parts. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const n = content.length;
  const head = n < 0x80 ? [tag, n] : n < 0x100 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
