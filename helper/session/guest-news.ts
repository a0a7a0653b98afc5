/** What the timeline hears of a host's guests: each joins once, and is back after that. */
import type { GuestConnection } from "../peer/api.ts";
import type { SessionEvent } from "./api.ts";

export type GuestNews = (guest: GuestConnection, state: "connected" | "suspect" | "gone" | "left") => void;

export function createGuestNews(emit: (event: SessionEvent) => void): GuestNews {
  const joined = new WeakSet<GuestConnection>();
  return (guest, state) => {
    const { name: peer } = guest;
    if (state !== "connected") return emit({ event: "peer", peer, state });
    const back = guest.returns || joined.has(guest);
    joined.add(guest);
    emit({ event: "peer", peer, state: back ? "back" : "joined" });
  };
}
