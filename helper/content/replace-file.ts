import { open, rename } from "node:fs/promises";

const chunk = 64 * 1024;

/** The file becomes these texts, or stays what it was: written beside it, brought to the disk, renamed over it. Rejects with what the file system says. */
export async function replaceFile(path: string, texts: Iterable<string>): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", 0o600);
  try {
    let held = "";
    for (const text of texts) {
      held += text;
      if (held.length < chunk) continue;
      await file.appendFile(held);
      held = "";
    }
    await file.appendFile(held);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}
