/** Where guests come in: listening, and the one invite that leads there. */
import { randomBytes } from "node:crypto";
import { type HostLink, type HostOptions, listenHost } from "../peer/host-link.ts";
import { encodeInvite } from "../peer/invite.ts";
import type { Access } from "./api.ts";
import type { KeptInvite } from "./kept-invite.ts";
import { ownAddresses } from "./places.ts";

export interface Listening {
  readonly link: HostLink;
  readonly invite: string;
  readonly kept: KeptInvite;
}

/**
 * On all addresses of IPv6 and IPv4; of IPv4 where there is no IPv6. `port` 0: that of `left`, the invite of a session to go on
 * with, or a free one. Rejects with what listen(2) says.
 */
export async function listenForGuests(
  options: Omit<HostOptions, "listen" | "invites"> & {
    readonly port: number;
    readonly access: Access;
    readonly left: KeptInvite | undefined;
  },
): Promise<Listening> {
  const { access, left } = options;
  const open = { secret: left?.secret ?? randomBytes(16), expires: 0, role: access };
  const listenOn = (host: string, port: number): Promise<HostLink> =>
    listenHost({ ...options, listen: { host, port }, invites: () => [open] });
  const listenAt = (port: number): Promise<HostLink> =>
    listenOn("::", port).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EAFNOSUPPORT" || error.code === "EADDRNOTAVAIL") return listenOn("0.0.0.0", port);
      throw error;
    });
  const link = await listenAt(options.port || (left?.port ?? 0)).catch((error: NodeJS.ErrnoException) => {
    if (options.port === 0 && left !== undefined && error.code === "EADDRINUSE") return listenAt(0);
    throw error;
  });
  const { port } = link;
  const invite = encodeInvite({ ...open, host: options.identity.fingerprint, addresses: ownAddresses(port) });
  return { link, invite, kept: { secret: open.secret, port, access } };
}
