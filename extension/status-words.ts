/** The one item in the status bar: a state in words. Pure. */
import type { Model } from "./state.ts";
import type { Progress, SessionState } from "./helper-edge.ts";

export interface StatusWords {
  readonly text: string;
  readonly tooltip: string;
  /** Draws the eye: something waits for the user. */
  readonly attention: boolean;
}

export function statusWords(model: Model): StatusWords {
  switch (model.t) {
    case "none":
      return calm("$(broadcast) Pairmount", "Share this workspace, or join another");
    case "starting":
      return calm(`$(sync~spin) ${startingWords(model.what, model.progress)}`, "Click to see what can be done");
    case "lost":
      return urgent("$(error) Pairmount: helper ended", `The helper ended. ${afterLoss[model.role]}`);
    case "attached":
      return attachedWords(model.state);
  }
}

const afterLoss = {
  host: "The plain folder is back; share it again to go on.",
  guest: "Rejoin to go on; what the host had not heard of is under Recovered then.",
} as const;

function startingWords(what: "share" | "join", progress: Progress | undefined): string {
  const verb = what === "share" ? "sharing" : "joining";
  if (progress === undefined) return verb;
  if (progress.step === "lobby") return "waiting for the host";
  const share =
    progress.total > 0 ? ` ${Math.floor((100 * Math.min(progress.done, progress.total)) / progress.total)} %` : "";
  return `${verb}${share}`;
}

/** What matters most comes first. */
function attachedWords({ status, joins }: SessionState): StatusWords {
  const { role, pending, incoming, recovered, repository, mount, peers } = status;
  const others = peers.filter(({ you, state }) => !you && state !== "gone");
  const tooltip = `${repository} at ${mount}\n${others.length === 0 ? "Nobody else is here" : `With ${others.map(({ name }) => name).join(", ")}`}`;
  const [first] = joins;
  if (first !== undefined) return urgent(`$(bell-dot) ${first.name} asks to join`, tooltip);
  if (status.state === "offline") return urgent(`$(debug-disconnect) offline: ${pending.operations} kept`, tooltip);
  if (recovered.length > 0)
    return urgent("$(warning) needs attention", `${tooltip}\n${recovered.length} recovered versions wait for you`);
  const holder = otherHolder(status);
  if (holder !== undefined) return calm(`$(lock) ${holder} is committing`, tooltip);
  if (pending.operations > 0) return calm(`$(sync~spin) ${pending.operations} pending`, tooltip);
  if (incoming.operations > 0) return calm(`$(sync~spin) ${incoming.operations} coming in`, tooltip);
  // Bytes of a file that is still being written are no operation yet.
  if (status.state === "pending") return calm("$(sync~spin) pending", tooltip);
  if (role === "host" && others.length === 0) return calm("$(broadcast) sharing", tooltip);
  return calm("$(check) in sync", tooltip);
}

/** Who else holds a git lock now. */
function otherHolder({ locks, peers }: SessionState["status"]): string | undefined {
  const you = peers.find((peer) => peer.you)?.name;
  return locks.find(({ holder }) => holder !== you)?.holder;
}

function calm(text: string, tooltip: string): StatusWords {
  return { text, tooltip, attention: false };
}

function urgent(text: string, tooltip: string): StatusWords {
  return { text, tooltip, attention: true };
}
