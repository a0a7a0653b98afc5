/** The numbers both ends agree on. PROTOCOL.md explains them; the golden test is the tripwire: change a layout, raise the version. */
export const protocolVersion = 3;

/** First byte of a frame. Below 16: greeting and control, never counted against credit and sent ahead of data. */
export const frameType = {
  credit: 0,
  ping: 1,
  pong: 2,
  bye: 3,
  hello: 4,
  lobby: 5,
  welcome: 6,
  attached: 7,
  submit: 16,
  ack: 17,
  hold: 18,
  drop: 19,
  holding: 20,
  rangeWanted: 21,
  fetch: 22,
  present: 23,
  ordered: 32,
  snapshotStart: 33,
  snapshotNodes: 34,
  snapshotEnd: 35,
  range: 36,
  peers: 37,
  space: 38,
  chunk: 39,
  presence: 40,
  ending: 41,
  rules: 42,
} as const;

export const firstDataType = 16;

export const limits = {
  /** Before the greeting is over. */
  greetingFrame: 4096,
  /** A write is cut at 1 MiB of bytes (R-BURST); its extents' heads come on top. */
  operationsFrame: 4 * 2 ** 20,
  operationsWindow: 8 * 2 ** 20,
  chunk: 256 * 2 ** 10,
  bulkFrame: 256 * 2 ** 10 + 64,
  bulkWindow: 2 * 2 ** 20,
  /** One `fetch` call of the API; cut in chunks on the wire. */
  fetch: 16 * 2 ** 20,
  snapshotNodes: 16 * 2 ** 20,
  /** About how large a frame of batched small things grows. */
  batch: 128 * 2 ** 10,
  nameText: 256,
  /** Of one presence: bytes of a path, and how many selections and unsaved files. */
  presencePath: 1024,
  selections: 16,
  unsaved: 32,
  /** What is hidden and ignored, as one frame. */
  rules: 2 * 2 ** 20,
  hiddenPatterns: 256,
  greetingMs: 10_000,
  strangers: 32,
  lobby: 8,
  guests: 64,
} as const;
