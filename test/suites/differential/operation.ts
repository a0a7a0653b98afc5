/** The operations of the differential test, as values: a run is replayed from its list alone. */

export type Operation =
  | { readonly t: "open"; readonly slot: number; readonly path: string; readonly flags: string; readonly mode: number }
  | { readonly t: "close"; readonly slot: number }
  | {
      readonly t: "write";
      readonly slot: number;
      readonly offset: number | null;
      readonly length: number;
      readonly fill: number;
    }
  | { readonly t: "read"; readonly slot: number; readonly offset: number; readonly length: number }
  | { readonly t: "ftruncate"; readonly slot: number; readonly length: number }
  | { readonly t: "fsync"; readonly slot: number }
  | { readonly t: "fstat"; readonly slot: number }
  | { readonly t: "fchmod"; readonly slot: number; readonly mode: number }
  | { readonly t: "save"; readonly path: string; readonly length: number; readonly fill: number }
  | { readonly t: "append"; readonly path: string; readonly length: number; readonly fill: number }
  | { readonly t: "content"; readonly path: string }
  | { readonly t: "truncate"; readonly path: string; readonly length: number }
  | { readonly t: "rename"; readonly path: string; readonly to: string }
  | { readonly t: "link"; readonly path: string; readonly to: string }
  | { readonly t: "unlink"; readonly path: string }
  | { readonly t: "mkdir"; readonly path: string; readonly mode: number }
  | { readonly t: "rmdir"; readonly path: string }
  | { readonly t: "symlink"; readonly text: string; readonly to: string }
  | { readonly t: "readlink"; readonly path: string }
  | { readonly t: "chmod"; readonly path: string; readonly mode: number }
  | { readonly t: "utimes"; readonly path: string; readonly atime: number; readonly mtime: number }
  | { readonly t: "stat"; readonly path: string }
  | { readonly t: "lstat"; readonly path: string }
  | { readonly t: "list"; readonly path: string };

export const slots = 8;

/** Few names and shallow directories, so that operations meet. */
const fileNames = ["a", "b", "c", "d.txt", "e.lock", "f"];
const dirNames = ["p", "q", "r"];
const flags = ["r", "r+", "w", "w+", "wx", "wx+", "a", "a+", "ax"];
const modes = [0o644, 0o600, 0o755, 0o444, 0o000, 0o640];

export function randomOperations(random: () => number, count: number): readonly Operation[] {
  return Array.from({ length: count }, () => randomOperation(random));
}

function randomOperation(random: () => number): Operation {
  const int = (below: number): number => Math.floor(random() * below);
  const pick = <T>(items: readonly T[]): T => items[int(items.length)] as T;
  const dir = (): string => Array.from({ length: int(3) }, () => `${pick(dirNames)}/`).join("");
  // Now and then a directory's name where a file is expected, and the other way round.
  const file = (): string => dir() + (random() < 0.08 ? pick(dirNames) : pick(fileNames));
  const folder = (): string => dir() + (random() < 0.1 ? pick(fileNames) : pick(dirNames));
  const any = (): string => (random() < 0.6 ? file() : folder());
  const slot = int(slots);
  const fill = int(256);
  const length = (): number => (random() < 0.8 ? int(300) : int(20_000));
  const offset = (): number => (random() < 0.8 ? int(400) : int(60_000));
  // Weights say how often; opens and closes balance, removal keeps the tree small.
  const table: readonly (readonly [number, () => Operation])[] = [
    [10, () => ({ t: "open", slot, path: file(), flags: pick(flags), mode: pick(modes) })],
    [6, () => ({ t: "close", slot })],
    [12, () => ({ t: "write", slot, offset: random() < 0.5 ? null : offset(), length: length(), fill })],
    [8, () => ({ t: "read", slot, offset: offset(), length: length() })],
    [4, () => ({ t: "ftruncate", slot, length: offset() })],
    [1, () => ({ t: "fsync", slot })],
    [4, () => ({ t: "fstat", slot })],
    [1, () => ({ t: "fchmod", slot, mode: pick(modes) })],
    [7, () => ({ t: "save", path: file(), length: length(), fill })],
    [4, () => ({ t: "append", path: file(), length: length(), fill })],
    [6, () => ({ t: "content", path: file() })],
    [3, () => ({ t: "truncate", path: any(), length: offset() })],
    [8, () => ({ t: "rename", path: any(), to: any() })],
    [5, () => ({ t: "link", path: any(), to: any() })],
    [7, () => ({ t: "unlink", path: any() })],
    [8, () => ({ t: "mkdir", path: folder(), mode: pick(modes) | 0o700 })],
    [4, () => ({ t: "rmdir", path: any() })],
    [3, () => ({ t: "symlink", text: random() < 0.5 ? pick(fileNames) : pick(dirNames), to: any() })],
    [2, () => ({ t: "readlink", path: any() })],
    [3, () => ({ t: "chmod", path: any(), mode: pick(modes) | 0o100 })],
    [3, () => ({ t: "utimes", path: any(), atime: int(4e9) - 1e9, mtime: int(4e9) - 1e9 })],
    [4, () => ({ t: "stat", path: any() })],
    [5, () => ({ t: "lstat", path: any() })],
    [4, () => ({ t: "list", path: folder() })],
  ];
  let left = random() * table.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of table) {
    left -= weight;
    if (left < 0) return make();
  }
  return { t: "list", path: "" };
}
