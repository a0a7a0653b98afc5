/** A session for one test, and ended with it. */
import { onTestFinished } from "vitest";
import { type Peer, type Session, type SessionOptions, startSession } from "./peers.ts";

export interface TestSession {
  readonly session: Session;
  readonly host: Peer;
  /** The first of them. */
  readonly guest: Peer;
}

/** Called in a test. What that test has registered before (`onTestFinished`) ends after the session. */
export async function testSession(options: Omit<SessionOptions, "guests"> = {}): Promise<TestSession> {
  const session = await startSession({ ...options, guests: 1 });
  onTestFinished(session.close);
  const [guest] = session.guests;
  if (guest === undefined) throw new Error("no guest");
  return { session, host: session.host, guest };
}
