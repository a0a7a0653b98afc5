/** What most of `vscode` is made of, for the fake editor. */
import { join } from "node:path";

type Call<T> = (value: T) => unknown;

export class EventEmitter<T> {
  readonly #calls = new Set<Call<T>>();
  readonly event = (call: Call<T>): Disposable => {
    this.#calls.add(call);
    return new Disposable(() => void this.#calls.delete(call));
  };
  fire(value: T): void {
    for (const call of this.#calls) call(value);
  }
  dispose(): void {
    this.#calls.clear();
  }
}

export class Disposable {
  readonly #end: () => void;
  constructor(end: () => void) {
    this.#end = end;
  }
  static from(...items: readonly { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }
  dispose(): void {
    this.#end();
  }
}

export class Uri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
  private constructor(scheme: string, path: string, query: string) {
    [this.scheme, this.path, this.query] = [scheme, path, query];
  }
  static file(path: string): Uri {
    return new Uri("file", path, "");
  }
  static from(parts: { readonly scheme: string; readonly path: string; readonly query?: string }): Uri {
    return new Uri(parts.scheme, parts.path, parts.query ?? "");
  }
  static joinPath(base: Uri, ...more: readonly string[]): Uri {
    return new Uri(base.scheme, join(base.path, ...more), base.query);
  }
  get fsPath(): string {
    return this.path;
  }
}

export class ThemeIcon {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
export class ThemeColor extends ThemeIcon {}
