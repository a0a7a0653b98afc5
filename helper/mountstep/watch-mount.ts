import type { MountFailure } from "./failures.ts";
import { escapeMountPoint, readMounts, topmostMount } from "./mountinfo.ts";
import { watchScript } from "./script.ts";
import { startStep } from "./step.ts";

export interface MountWatch {
  /** `0:52`: names the mount in mountinfo. */
  readonly device: string;
  /** Unmounts lazily, unless somebody mounted over it since, and resolves when that is done. May be called twice. */
  unmount(): Promise<void>;
  /** Is it still in the table, anywhere? Asks no file system. */
  isThere(): boolean;
}

export type WatchOutcome =
  | { readonly ok: true; readonly value: MountWatch }
  | { readonly ok: false; readonly failure: MountFailure };

/** For a mount another program made (libfuse): it goes when `unmount` is called or this process ends by whatever signal. */
export async function watchMount(mountPoint: string): Promise<WatchOutcome> {
  const started = await startStep({
    script: watchScript,
    args: [mountPoint, escapeMountPoint(mountPoint)],
    stdin: "ignore",
  });
  if (!started.ok) return started;
  const { line } = started.value;
  const device = /^watching (\d+:\d+)$/.exec(line)?.[1];
  if (device === undefined) return { ok: false, failure: { code: "step-failed", detail: line } };
  const ours = topmostMount(mountPoint);
  return {
    ok: true,
    value: {
      device,
      unmount: () => started.value.end(),
      // Its path may change with a folder above; its numbers may be given to a later mount, then hardly of this name.
      isThere: () =>
        readMounts().some(({ id, source, ...at }) => at.device === device && id === ours?.id && source === ours.source),
    },
  };
}
