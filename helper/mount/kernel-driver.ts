/** The `kernel` driver: the mount step gives the descriptor, the device speaks the protocol, the core knows what it means. */
import { looseTimers } from "../base/system-timers.ts";
import { serve } from "../fuse/device.ts";
import { notifications } from "../fuse/notify.ts";
import { mountFuse } from "../mountstep/mount-fuse.ts";
import type { MountDriver, Mounted, MountRequest } from "./driver.ts";
import { echoWorkerLane } from "./echo-lane.ts";
import { isDying } from "./interrupts.ts";
import { workerLane } from "./invalidation-lane.ts";
import { createMountCore } from "./mount-core.ts";

type Step = Extract<Awaited<ReturnType<typeof mountFuse>>, { ok: true }>["value"];

export const kernelDriver: MountDriver = {
  name: "kernel",
  async mount(request) {
    const outcome = await mountFuse({
      mountPoint: request.mountPoint,
      fsName: request.fsName,
      ownerUid: request.owner.uid,
      ownerGid: request.owner.gid,
      allowOther: request.allowOther,
      // Read-only is answered per request: on a kernel-side `ro` mount no echo call would reach us.
      readOnly: false,
    });
    if (!outcome.ok) return outcome;
    const mounted = start(request, outcome.value);
    if (await mounted.ready) return { ok: true, value: mounted };
    await mounted.dispose();
    return { ok: false, failure: { code: "refused", detail: "the kernel did not finish the FUSE greeting" } };
  },
};

function start(request: MountRequest, step: Step): Mounted & { readonly ready: Promise<boolean> } {
  const { onDefect } = request;
  const device = serve(step.fd, (asked) => core.handle(asked), { onError: onDefect });
  const core = createMountCore({
    workspace: request.workspace,
    replies: device.replies,
    notifications,
    mountPoint: step.mountPoint,
    owner: request.owner,
    readOnly: request.readOnly,
    clock: request.clock,
    timers: looseTimers,
    openInvalidationLane: workerLane(step.fd, onDefect),
    openEchoLane: echoWorkerLane(onDefect),
    isDying,
    onDefect,
  });
  let disposed: Promise<void> | undefined;

  /** The device serves until nothing of ours waits for it: workers may be in the middle of a call on the mount. */
  async function end(): Promise<void> {
    core.answerParked();
    await step.unmount();
    core.answerParked();
    await core.dispose();
    device.dispose();
  }

  void device.ended.then(() => (disposed ??= end()));
  return {
    ready: device.ready,
    ended: device.ended,
    stats: () => core.stats(),
    dispose: () => (disposed ??= end()),
  };
}
