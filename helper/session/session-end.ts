/** How a session ends: once, all that it owns in reverse; then who listens and who waits hear why. */
import { Disposables } from "../base/disposable.ts";
import type { Session, SessionEvent } from "./api.ts";

export interface SessionEnd extends Pick<Session, "ended" | "dispose"> {
  /** It ends for another reason than its owner's wish. The first reason given before the end has begun is told. */
  because(reason: string): Promise<void>;
}

export function createSessionEnd(parts: {
  readonly owned: Disposables;
  /** Why, where nobody says otherwise. */
  readonly reason: string;
  readonly emit: (event: SessionEvent) => void;
}): SessionEnd {
  const { owned, emit } = parts;
  let over: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (over = resolve));
  let disposed: Promise<void> | undefined;
  const end = (reason: string): Promise<void> =>
    (disposed ??= owned.dispose().then(() => {
      emit({ event: "ended", reason });
      over(reason);
    }));
  return { ended, dispose: () => end(parts.reason), because: end };
}

/** What begins before `begin` rejects has ended when this rejects with the same. */
export async function beginOwned<T>(begin: (owned: Disposables) => Promise<T>): Promise<T> {
  const owned = new Disposables();
  try {
    return await begin(owned);
  } catch (error) {
    await owned.dispose();
    throw error;
  }
}
