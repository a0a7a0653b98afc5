import { closeSync, read } from "node:fs";
import type { Message } from "./message.ts";
import { failuresInARow, meaningOfReadError, type Reader, type ReaderEvents } from "./reader.ts";

/**
 * The plain way: one `fs.read` after the other through libuv's thread pool (8–10 µs more per request than the pipe).
 * A read under way cannot be called back: the descriptor is closed once it returns, so unmount before stopping.
 */
export function startFsReader(fd: number, message: Message, events: ReaderEvents): Reader {
  let stopped = false;
  let underWay = false;
  let failures = 0;

  function next(): void {
    if (stopped) return;
    underWay = true;
    read(fd, message.bytes, 0, message.bytes.length, null, (error, length) => {
      underWay = false;
      if (stopped) closeSync(fd);
      else if (error !== null) failed(error);
      else if (length === 0) events.ended(undefined);
      else {
        failures = 0;
        events.message(length);
        next();
      }
    });
  }

  function failed(error: NodeJS.ErrnoException): void {
    const meaning = meaningOfReadError(error.code ?? "");
    if (meaning === "ended") events.ended(undefined);
    else if (meaning === "broken" || ++failures > failuresInARow) events.ended(error);
    // Somebody made the descriptor non-blocking: a moment's rest instead of a busy loop, and no failure.
    else if (error.code === "EAGAIN") {
      failures = 0;
      setTimeout(next, 1);
    } else next();
  }

  next();
  return {
    stop() {
      if (stopped) return;
      stopped = true;
      if (!underWay) closeSync(fd);
    },
  };
}
