import { readFileSync } from "node:fs";

/** CAP_SYS_ADMIN (include/uapi/linux/capability.h): what mount(2) asks for. */
const sysAdmin = 1n << 21n;

/** From the text of /proc/self/status. */
export function hasSysAdmin(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & sysAdmin) !== 0n;
}

export function mayMount(): boolean {
  return hasSysAdmin(readFileSync("/proc/self/status", "latin1"));
}
