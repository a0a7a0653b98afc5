import { open } from "node:fs/promises";

/** fsync(2) of a file or directory. Rejects with what the file system says. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
