import { constants } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect, type SecureContextOptions, type TLSSocket } from "node:tls";
import type { Address } from "./address.ts";
import { type Fingerprint, fingerprintOfKey, type Identity } from "./identity.ts";

const hybrid = "X25519MLKEM768";
const hybridFirst = `${hybrid}:X25519`;

/**
 * The groups this runtime can ask for: OpenSSL has the hybrid from 3.5 on. Told by the version, since a refused name stays in
 * OpenSSL's error queue, where Node 20 takes it for the failure of the next call.
 */
export const groups: string = hasHybrid(process.versions.openssl ?? "") ? hybridFirst : "X25519";

function hasHybrid(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 5);
}

/**
 * TLS 1.3 only, keys instead of authorities: whoever is on the other side is known by `keyOf`, after the handshake has
 * proven possession. No tickets: every connection proves its keys anew.
 */
export function tlsOptions(identity: Identity): SecureContextOptions & { readonly rejectUnauthorized: false } {
  return {
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ecdhCurve: groups,
    key: identity.key,
    cert: identity.certificate,
    secureOptions: constants.SSL_OP_NO_TICKET,
    rejectUnauthorized: false,
  };
}

/** Key the other side proved to own; undefined when it showed none that can be read. */
export function keyOf(socket: TLSSocket): Fingerprint | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  try {
    return fingerprintOfKey(certificate.publicKey);
  } catch {
    // OpenSSL cannot decode the key in the certificate: nobody we know.
    return undefined;
  }
}

/** Secret of this channel alone (RFC 8446 §7.5): what is bound to it cannot be relayed to another. */
export function channelSecret(socket: TLSSocket): Buffer {
  return socket.exportKeyingMaterial(32, "EXPORTER-pairmount-1", Buffer.alloc(0));
}

/** The key exchange group as the client knows it. Node names elliptic ones only; what it cannot name is the hybrid asked for. */
export function groupOf(socket: TLSSocket): string {
  const info = socket.getEphemeralKeyInfo();
  const name = info !== null && "name" in info && typeof info.name === "string" ? info.name : "";
  return name !== "" ? name : groups === hybridFirst ? hybrid : "unknown";
}

export type Dialled =
  | { readonly ok: true; readonly socket: TLSSocket; readonly key: Fingerprint | undefined }
  | { readonly ok: false; readonly why: string };

/** One TCP and TLS connection; settles once, within `timeoutMs`. `signal` ends the attempt. */
export function dial(
  address: Address,
  options: { readonly identity: Identity; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Dialled> {
  return new Promise((resolve) => {
    const tcp: Socket = connectTcp({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
    const settings: ConnectionOptions = { socket: tcp, ...tlsOptions(options.identity) };
    const socket = connect(settings);
    const fail = (why: string) => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", abort);
      tcp.destroy();
      socket.destroy();
      resolve({ ok: false, why });
    };
    const abort = () => fail("cancelled");
    const onError = (error: Error) => fail(error.message);
    const onClose = () => fail("closed");
    const timer = setTimeout(() => fail("no answer"), options.timeoutMs);
    if (options.signal.aborted) return abort();
    options.signal.addEventListener("abort", abort);
    socket.on("error", onError);
    tcp.on("error", onError);
    socket.on("close", onClose);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", abort);
      socket.removeListener("close", onClose);
      resolve({ ok: true, socket, key: keyOf(socket) });
    });
  });
}
