import { parse } from "./codec/bytes.ts";
import { encodeChunk, type FetchAnswer } from "./codec/to-guest.ts";
import { type FetchRequest, readFetch } from "./codec/to-host.ts";
import type { LinkError } from "./errors.ts";
import { defectOf, type Lane, type LaneEvents } from "./lane.ts";
import { frameType, limits } from "./protocol.ts";

const maxWaiting = 1024;
/** Of all, and of prefetches: a demand finds a place however many of those a guest has asked for. */
const maxActive = { all: 8, prefetch: 4 } as const;

/** Serves one bulk lane: demand before prefetch, a few at a time, and none while answers pile up. */
export function serveBulk(options: {
  readonly lane: Lane;
  readonly fetch: (request: FetchRequest) => Promise<FetchAnswer>;
  readonly end: (error: LinkError) => void;
}): LaneEvents {
  const { lane } = options;
  const waiting = { demand: [] as FetchRequest[], prefetch: [] as FetchRequest[] };
  const active = { all: 0, prefetch: 0 };
  const count = ({ priority }: FetchRequest, one: 1 | -1): void => {
    active.all += one;
    if (priority === "prefetch") active.prefetch += one;
  };

  const pump = () => {
    while (active.all < maxActive.all && lane.pendingBytes < limits.bulkWindow && !lane.ended) {
      const prefetch = active.prefetch < maxActive.prefetch ? waiting.prefetch : [];
      const request = waiting.demand.shift() ?? prefetch.shift();
      if (request === undefined) return;
      count(request, 1);
      void options.fetch(request).then(
        (answer) => {
          count(request, -1);
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
