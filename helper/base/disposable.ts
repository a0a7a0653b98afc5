/** What begins, ends: called once, may be async, never throws for having been called twice. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

/** Owns disposables and ends them in reverse order; whatever arrives after the end is ended at once. */
export class Disposables implements Disposable {
  #items: Disposable[] | undefined = [];

  add<T extends Disposable>(item: T): T {
    if (this.#items === undefined) void item.dispose();
    else this.#items.push(item);
    return item;
  }

  async dispose(): Promise<void> {
    const items = this.#items;
    this.#items = undefined;
    for (const item of (items ?? []).reverse()) await item.dispose();
  }
}
