import { parse } from "./codec/bytes.ts";
import { encodeChunk, type FetchAnswer } from "./codec/to-guest.ts";
import { type FetchRequest, readFetch } from "./codec/to-host.ts";
import type { LinkError } from "./errors.ts";
import { defectOf, type Lane, type LaneEvents } from "./lane.ts";
import { frameType, limits } from "./protocol.ts";

const maxWaiting = 1024;
const maxActive = 8;

/** Serves one bulk lane: demand before prefetch, a few at a time, and none while answers pile up. */
export function serveBulk(options: {
  readonly lane: Lane;
  readonly fetch: (request: FetchRequest) => Promise<FetchAnswer>;
  readonly end: (error: LinkError) => void;
}): LaneEvents {
  const { lane } = options;
  const waiting = { demand: [] as FetchRequest[], prefetch: [] as FetchRequest[] };
  let active = 0;

  const pump = () => {
    while (active < maxActive && lane.pendingBytes < limits.bulkWindow && !lane.ended) {
      const request = waiting.demand.shift() ?? waiting.prefetch.shift();
      if (request === undefined) return;
      active++;
      void options.fetch(request).then(
        (answer) => {
          active--;
          lane.send(encodeChunk(request.id, answer));
          pump();
        },
        (error: unknown) => lane.close(defectOf(error), true),
      );
    }
  };

  return {
    frame(type, body) {
      if (type !== frameType.fetch) return `frame ${type} on the bulk lane`;
      const request = parse(body, readFetch);
      if (!request.ok) return request.why;
      if (waiting.demand.length + waiting.prefetch.length >= maxWaiting) return "too many requests";
      waiting[request.value.priority].push(request.value);
      pump();
      return undefined;
    },
    end: options.end,
    sent: pump,
  };
}
