/** What can be done now, as the status item's list. Pure. */
import type { CommandId } from "./command-ids.ts";
import type { Model } from "./state.ts";

export interface MenuEntry {
  readonly label: string;
  readonly command: CommandId;
}

/** `gone`: the window shows a mount that is not there any more, and is offered ways on. */
export function menuOf(model: Model, { gone }: { readonly gone: boolean }): readonly MenuEntry[] {
  const log: MenuEntry = { label: "$(output) Show Log", command: "pairmount.showLog" };
  const doctor: MenuEntry = { label: "$(pulse) Doctor", command: "pairmount.doctor" };
  const diagnostics: MenuEntry = { label: "$(bug) Collect Diagnostics", command: "pairmount.collectDiagnostics" };
  if (model.t === "starting") return [log, diagnostics];
  if (model.t !== "attached") {
    return [
      ...(gone ? [{ label: "$(debug-restart) Go On Here…", command: "pairmount.goOn" } as const] : []),
      { label: "$(broadcast) Share Workspace", command: "pairmount.share" },
      { label: "$(plug) Join Workspace", command: "pairmount.join" },
      doctor,
      log,
      diagnostics,
    ];
  }
  const { role, recovered } = model.state.status;
  return [
    ...(recovered.length > 0
      ? [{ label: "$(history) Show Recovered Versions", command: "pairmount.showRecovered" } as const]
      : []),
    ...(role === "host"
      ? ([
          { label: "$(copy) Copy Invite", command: "pairmount.copyInvite" },
          { label: "$(link) Copy Invite Link", command: "pairmount.copyInviteLink" },
          { label: "$(debug-stop) Stop Sharing", command: "pairmount.stop" },
        ] as const)
      : ([
          { label: "$(save-all) Keep a Copy…", command: "pairmount.keepCopy" },
          { label: "$(sign-out) Leave", command: "pairmount.leave" },
        ] as const)),
    log,
    diagnostics,
  ];
}
