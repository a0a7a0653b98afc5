import { isIPv4, isIPv6 } from "node:net";
import type { Reader, Writer } from "./codec/bytes.ts";

/** Where a host listens: an IP address or a host name, and a TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const kinds = { name: 1, v4: 4, v6: 6 } as const;
const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** `127.0.0.1:7000`, `[fe80::1]:7000`, `box.lan:7000`. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const host = match[1] ?? match[2] ?? "";
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return undefined;
  const legal = match[1] === undefined ? isIPv4(host) || hostName.test(host) : isIPv6(host);
  return legal ? { host, port } : undefined;
}

export function addressText({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** kind 1 · (4 bytes | 16 bytes | length 1 + ASCII) · port 2. */
export function writeAddress(w: Writer, { host, port }: Address): void {
  if (isIPv4(host)) {
    w.u8(kinds.v4);
    w.fixed(Uint8Array.from(host.split("."), Number));
  } else if (isIPv6(host)) {
    w.u8(kinds.v6);
    w.fixed(bytesOfIPv6(host));
  } else {
    w.u8(kinds.name);
    w.u8(host.length);
    w.fixed(Buffer.from(host, "latin1"));
  }
  w.u16(port);
}

export function readAddress(r: Reader): Address {
  const host = readHost(r, r.u8());
  const port = r.u16();
  return port === 0 ? r.fail("no port") : { host, port };
}

function readHost(r: Reader, kind: number): string {
  if (kind === kinds.v4) return r.fixed(4).join(".");
  if (kind === kinds.v6) {
    const bytes = Buffer.from(r.fixed(16));
    return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(":");
  }
  if (kind !== kinds.name) return r.fail("unknown kind of address");
  const name = Buffer.from(r.fixed(r.u8())).toString("latin1");
  return hostName.test(name) ? name : r.fail("no host name");
}

/** `::1` → fifteen zeros and a one. Zones (`%eth0`) mean something on one machine only and are left out. */
function bytesOfIPv6(host: string): Uint8Array {
  const plain = host.replace(/%.*$/, "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}
