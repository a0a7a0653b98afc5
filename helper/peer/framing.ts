/**
 * Cuts a byte stream into frames: `u32 length · u8 type · body`, length counting type and body. A frame that lies whole in
 * one chunk is handed out as a view of it; decoders copy what they keep.
 */
export interface FrameCutter {
  /** Hands out every frame that is whole now. Returns why the stream is broken, or undefined. Stops when `take` says false. */
  feed(chunk: Uint8Array, take: (frame: Uint8Array) => boolean): string | undefined;
  /** The largest frame accepted from now on. */
  maxFrame: number;
}

export function createFrameCutter(maxFrame: number): FrameCutter {
  /** Start of a frame whose rest has not come: its head (up to 4 bytes), then the whole. */
  const head = new Uint8Array(4);
  let headLength = 0;
  let partial: Uint8Array | undefined;
  let filled = 0;

  const lengthOf = (bytes: Uint8Array, at: number): number =>
    (bytes[at] as number) +
    (bytes[at + 1] as number) * 2 ** 8 +
    (bytes[at + 2] as number) * 2 ** 16 +
    (bytes[at + 3] as number) * 2 ** 24;

  const cutter: FrameCutter = {
    maxFrame,
    feed(chunk, take) {
      let at = 0;
      while (at < chunk.length) {
        if (partial !== undefined) {
          const part = Math.min(partial.length - filled, chunk.length - at);
          partial.set(chunk.subarray(at, at + part), filled);
          filled += part;
          at += part;
          if (filled < partial.length) return undefined;
          const frame = partial;
          partial = undefined;
          if (!take(frame)) return undefined;
          continue;
        }
        if (headLength === 0 && chunk.length - at >= 4) {
          const length = lengthOf(chunk, at);
          if (length === 0 || length > cutter.maxFrame) return `frame of ${length} bytes`;
          if (chunk.length - at - 4 >= length) {
            const frame = chunk.subarray(at + 4, at + 4 + length);
            at += 4 + length;
            if (!take(frame)) return undefined;
            continue;
          }
        }
        head[headLength++] = chunk[at++] as number;
        if (headLength < 4) continue;
        headLength = 0;
        const length = lengthOf(head, 0);
        if (length === 0 || length > cutter.maxFrame) return `frame of ${length} bytes`;
        partial = new Uint8Array(length);
        filled = 0;
      }
      return undefined;
    },
  };
  return cutter;
}
