/** Where guests come in: listening, and the one invite that leads there. */
import { randomBytes } from "node:crypto";
import { type HostLink, type HostOptions, listenHost } from "../peer/host-link.ts";
import { encodeInvite } from "../peer/invite.ts";
import type { Access } from "./api.ts";
import { ownAddresses } from "./places.ts";

export interface Listening {
  readonly link: HostLink;
  readonly invite: string;
}

/** On all addresses of IPv6 and IPv4; of IPv4 where there is no IPv6. `port` 0: a free one. Rejects with what listen(2) says. */
export async function listenForGuests(
  options: Omit<HostOptions, "listen" | "invites"> & { readonly port: number; readonly access: Access },
): Promise<Listening> {
  const { port, access: role } = options;
  const open = { secret: randomBytes(16), expires: 0, role };
  const listenOn = (host: string): Promise<HostLink> =>
    listenHost({ ...options, listen: { host, port }, invites: () => [open] });
  const link = await listenOn("::").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EAFNOSUPPORT" || error.code === "EADDRNOTAVAIL") return listenOn("0.0.0.0");
    throw error;
  });
  const addresses = ownAddresses(link.port);
  return { link, invite: encodeInvite({ ...open, host: options.identity.fingerprint, addresses }) };
}
