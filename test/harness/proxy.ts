/**
 * A slow road between two helpers: forwards TCP on 127.0.0.1 and delays each direction by its own amount with jitter,
 * order kept, from a printed seed. One direction of one connection (a lane) or of all can be stalled, or cut.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createLane, type Lane, type LaneDelay } from "./lane.ts";
import { createRandom } from "./random.ts";

/** Guests connect to the proxy, the proxy to the host. */
export type Direction = "toHost" | "toGuest";

export interface ProxyOptions {
  readonly hostPort: number;
  readonly seed: number;
  readonly toHost?: LaneDelay;
  readonly toGuest?: LaneDelay;
}

export interface Proxy {
  readonly port: number;
  /** Connections made so far, ended ones too: the index below. */
  connections(): number;
  /** Bytes that entered this direction, over all connections. */
  bytes(direction: Direction): number;
  /** Holds back what arrives until resumed. Without `connection`: every one, also those yet to come. */
  stall(direction: Direction, connection?: number): void;
  resume(direction: Direction, connection?: number): void;
  setDelay(direction: Direction, delay: LaneDelay): void;
  /** Resets the connection, as a vanished network does to its sockets in the end. */
  cut(connection?: number): void;
  dispose(): Promise<void>;
}

interface Connection {
  readonly lanes: Readonly<Record<Direction, Lane>>;
  readonly cut: () => void;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const connections: Connection[] = [];
  const delays: Record<Direction, LaneDelay> = {
    toHost: options.toHost ?? { ms: 0, jitter: 0 },
    toGuest: options.toGuest ?? { ms: 0, jitter: 0 },
  };
  const stalled = new Set<Direction>();
  const random = createRandom(options.seed);

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (guest) => {
    const host = connect({ port: options.hostPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const lane = (from: Socket, to: Socket, direction: Direction): Lane => {
      const made = createLane({ from, to, delay: () => delays[direction], random });
      if (stalled.has(direction)) made.stall();
      return made;
    };
    const cut = (): void => {
      guest.resetAndDestroy();
      host.resetAndDestroy();
    };
    guest.on("error", cut);
    host.on("error", cut);
    const lanes = { toHost: lane(guest, host, "toHost"), toGuest: lane(host, guest, "toGuest") };
    connections.push({ lanes, cut });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");

  const chosen = (connection: number | undefined): readonly Connection[] =>
    connection === undefined ? connections : connections.slice(connection, connection + 1);

  return {
    port: address.port,
    connections: () => connections.length,
    bytes: (direction) => connections.reduce((sum, { lanes }) => sum + lanes[direction].bytes(), 0),
    stall(direction, connection) {
      if (connection === undefined) stalled.add(direction);
      for (const { lanes } of chosen(connection)) lanes[direction].stall();
    },
    resume(direction, connection) {
      if (connection === undefined) stalled.delete(direction);
      for (const { lanes } of chosen(connection)) lanes[direction].resume();
    },
    setDelay(direction, delay) {
      delays[direction] = delay;
    },
    cut(connection) {
      for (const each of chosen(connection)) each.cut();
    },
    async dispose() {
      for (const each of connections) each.cut();
      server.close();
      await once(server, "close");
    },
  };
}
