/** Which client shows which question: the first that claims it, for as long as it is connected and the question is open. */
export interface Claims<Client> {
  /** True: it is this client's, now or already. */
  claim(id: number, client: Client): boolean;
  has(id: number): boolean;
  /** The client is gone: what it showed may be claimed by another. */
  release(client: Client): void;
  /** Other questions are closed. */
  keepOnly(open: readonly number[]): void;
}

export function createClaims<Client>(): Claims<Client> {
  const holders = new Map<number, Client>();
  return {
    claim(id, client) {
      if (!holders.has(id)) holders.set(id, client);
      return holders.get(id) === client;
    },
    has: (id) => holders.has(id),
    release(client) {
      for (const [id, holder] of holders) if (holder === client) holders.delete(id);
    },
    keepOnly(open) {
      for (const id of holders.keys()) if (!open.includes(id)) holders.delete(id);
    },
  };
}
