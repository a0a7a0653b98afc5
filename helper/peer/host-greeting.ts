import type { TLSSocket } from "node:tls";
import type { Role } from "./api.ts";
import { cleanText, parse } from "./codec/bytes.ts";
import { encodeLobby, type Hello, readHello } from "./codec/greeting.ts";
import { type LinkErrorCode, linkError } from "./errors.ts";
import { proofOf, sameProof } from "./greeting.ts";
import type { Reception } from "./host-link.ts";
import { type Fingerprint, shortFingerprint } from "./identity.ts";
import { Lane } from "./lane.ts";
import { frameType, limits, protocolVersion } from "./protocol.ts";
import { channelSecret, keyOf } from "./tls.ts";

interface Caller {
  readonly socket: TLSSocket;
  readonly address: string;
  /** The connection has proven itself and is no stranger any more. */
  readonly known: () => void;
}

type Join = Extract<Hello, { purpose: "join" }>;

/** The first frame decides: join (through the lobby), resume, or the bulk lane of a guest that is here. */
export function greetGuest(host: Reception, caller: Caller): void {
  const { socket } = caller;
  let greeted = false;
  const gone = new AbortController();
  const lane = new Lane({
    socket,
    maxFrame: limits.greetingFrame,
    window: limits.operationsWindow,
    maxQueue: 2 ** 30,
    events: {
      frame(type, body) {
        if (greeted) return "spoke before the greeting was over";
        if (type !== frameType.hello) return `frame ${type} before hello`;
        const hello = parse(body, readHello(protocolVersion));
        if (!hello.ok) return hello.why;
        greeted = true;
        receive(hello.value);
        return undefined;
      },
      end: () => gone.abort(),
    },
  });
  const refuse = (code: LinkErrorCode, detail = "") => lane.close(linkError(code, detail), true);
  const key = keyOf(socket);
  if (key === undefined) return refuse("no-key");
  const channel = channelSecret(socket);

  const proves = (hello: Hello, secret: Uint8Array): boolean => {
    const { purpose } = hello;
    const expected = proofOf({ secret, purpose, channel, host: host.options.identity.fingerprint, guest: key });
    return sameProof(hello.proof, expected);
  };
  const receive = (hello: Hello | { readonly version: number; readonly purpose: "unknown" }) => {
    switch (hello.purpose) {
      case "unknown":
        return refuse("version", `${hello.version} here, ${protocolVersion} there`);
      case "join": {
        const invite = host.options.invites().find((open) => proves(hello, open.secret));
        if (invite === undefined) return refuse("wrong-secret");
        if (invite.expires !== 0 && invite.expires <= host.clock.now().sec) return refuse("invite-expired");
        caller.known();
        return void waitInLobby(host, {
          lane,
          key,
          hello,
          most: invite.role,
          address: caller.address,
          signal: gone.signal,
        });
      }
      case "resume":
      case "bulk": {
        const seat = host.seat(hello.peer);
        if (seat === undefined || seat.key !== key || !proves(hello, seat.options.token))
          return refuse("session-unknown");
        caller.known();
        if (hello.purpose === "bulk") return seat.attachBulk(lane);
        seat.group = hello.group;
        seat.address = caller.address;
        const welcome = host.welcome(seat, true);
        if (!seat.attach(lane, { lastIndex: hello.lastIndex, welcome })) refuse("protocol", "an index never told");
      }
    }
  };
}

/** The guest hears two names and waits; a person decides. */
async function waitInLobby(
  host: Reception,
  guest: {
    readonly lane: Lane;
    readonly key: Fingerprint;
    readonly hello: Join;
    readonly most: Role;
    readonly address: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { lane, key, hello, most, address, signal } = guest;
  const leaveLobby = host.enterLobby();
  if (leaveLobby === undefined) return lane.close(linkError("full"), true);
  signal.addEventListener("abort", leaveLobby);
  lane.send(encodeLobby(host.options.about));
  const name = cleanText(hello.name, 64).trim() || "guest";
  const readOnlyRequested = hello.readOnly || most === "read-only";
  const fingerprint = shortFingerprint(key);
  const admission = await host.options.onRequest({ name, key, fingerprint, readOnlyRequested, address, signal });
  leaveLobby();
  if (lane.ended) return;
  if (!admission.accept) return lane.close(linkError("declined", admission.reason), true);
  const role = readOnlyRequested ? "read-only" : admission.role;
  host.admit(lane, { name, key, role, group: hello.group, address });
}
