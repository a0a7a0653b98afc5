/** What one window knows of its session, as a value. Pure: effects are elsewhere. */
import type { Delta, Progress, SessionEvent, SessionState } from "./helper-edge.ts";

export type Model =
  | { readonly t: "none" }
  | { readonly t: "starting"; readonly what: "share" | "join"; readonly progress: Progress | undefined }
  | { readonly t: "attached"; readonly revision: number; readonly state: SessionState }
  /** The helper went without a word. */
  | { readonly t: "lost"; readonly role: "host" | "guest"; readonly mount: string };

export type Input =
  | { readonly t: "begin"; readonly what: "share" | "join" }
  | { readonly t: "progress"; readonly progress: Progress }
  | { readonly t: "failed" }
  | { readonly t: "attached"; readonly revision: number; readonly state: SessionState }
  | { readonly t: "changed"; readonly delta: Delta }
  | { readonly t: "event"; readonly event: SessionEvent }
  /** The connection to the helper closed. */
  | { readonly t: "closed" };

export const nothing: Model = { t: "none" };

export function next(model: Model, input: Input): Model {
  switch (input.t) {
    case "begin":
      return model.t === "attached" ? model : { t: "starting", what: input.what, progress: undefined };
    case "progress":
      return model.t === "starting" ? { ...model, progress: input.progress } : model;
    case "failed":
      return model.t === "starting" ? nothing : model;
    case "attached":
      return { t: "attached", revision: input.revision, state: input.state };
    case "changed":
      return model.t === "attached" ? changed(model, input.delta) : model;
    case "event":
      return input.event.event === "ended" ? nothing : model;
    case "closed":
      return model.t === "attached"
        ? { t: "lost", role: model.state.status.role, mount: model.state.status.mount }
        : model;
  }
}

/** True when changes were missed and the state has to be asked for anew. */
export function isGap(model: Model, { revision, status, joins, commits }: Delta): boolean {
  const whole = status !== undefined && joins !== undefined && commits !== undefined;
  return model.t === "attached" && !whole && revision !== model.revision + 1;
}

function changed(model: Extract<Model, { t: "attached" }>, delta: Delta): Model {
  if (isGap(model, delta)) return model;
  const { revision, ...sections } = delta;
  return { t: "attached", revision, state: { ...model.state, ...sections } };
}

/** The value of the context key `pairmount.state`. */
export function contextOf(model: Model): "none" | "starting" | "host" | "guest" | "lost" {
  return model.t === "attached" ? model.state.status.role : model.t;
}
