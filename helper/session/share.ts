/** Share: scan, mount over the folder, serve, listen. What begins here ends in reverse. */
import { realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Disposables } from "../base/disposable.ts";
import { openHostFolder } from "../content/host-folder.ts";
import { openRecoveryStore } from "../content/recovery-store.ts";
import { clearDeadMounts } from "../mountstep/dead-mounts.ts";
import type { HostLink } from "../peer/host-link.ts";
import { loadIdentity } from "../peer/identity.ts";
import { createSessionClock } from "../peer/session-clock.ts";
import { looseTimers, systemTimers } from "../base/system-timers.ts";
import type { Decided } from "../replica/api.ts";
import { createHostReplica } from "../replica/host.ts";
import { hostPeer, type NodeId, type PeerId } from "../replica/ids.ts";
import type { PathRulesData } from "../replica/path-rules-data.ts";
import type { Session, SessionEvent, ShareWorkspace } from "./api.ts";
import { createConfigSeeds } from "./config-seeds.ts";
import { writeCountersOnSignal } from "./counters-on-signal.ts";
import { createEnding } from "./ending.ts";
import { SessionError, throwIfCancelled } from "./errors.ts";
import { createGuestNews } from "./guest-news.ts";
import { createHostGuests } from "./host-guests.ts";
import { createHostWorkspace } from "./host-workspace.ts";
import { keepInvite, leftInvite } from "./kept-invite.ts";
import { listenForGuests } from "./listening.ts";
import { lobbyQuestion } from "./lobby.ts";
import { mountWorkspace, shownOwner } from "./mounting.ts";
import { stateFolder } from "./places.ts";
import { recoveredFiles } from "./recovered-files.ts";
import { recoveryFolder, workspaceId } from "./recovery-folder.ts";
import { createRefusalTrace } from "./refusal-trace.ts";
import { beginOwned, createSessionEnd } from "./session-end.ts";
import { hostStatus } from "./status.ts";
import { createPrivateKeeper } from "./private-keeper.ts";
import { readFolder } from "./read-folder.ts";
import { createRulesWatch } from "./rules-watch.ts";
import { createStrayChanges } from "./stray-changes.ts";
import { readTestSwitches } from "./test-switches.ts";
import { serving } from "./sync-status.ts";
import { createTimeline } from "./timeline.ts";

export const shareWorkspace: ShareWorkspace = (options) => beginOwned((owned) => share(options, owned));

async function share(options: Parameters<ShareWorkspace>[0], owned: Disposables): Promise<Session> {
  const switches = readTestSwitches();
  const owner = shownOwner(switches.owner);
  const progress = options.onProgress ?? (() => undefined);
  // A dead mount over the folder would hide it.
  await clearDeadMounts([options.folder]);
  const covered = folderToShare(options.folder);
  const mountPoint = options.mount ?? covered;
  await clearDeadMounts([mountPoint, covered]);

  // Before it is covered: this process never touches its own mount.
  const folder = openHostFolder(covered);
  owned.add(folder);
  const emit = (event: SessionEvent): void => options.onEvent(event);
  const { scanned, isHidden, hidden, collector, collected } = await readFolder(folder, covered, {
    ...options,
    progress,
    warn: (text) => emit({ event: "warning", text }),
  });
  const conditions = !switches.noConditions;
  const replica = createHostReplica({ scanned: scanned.nodes, backing: folder, rules: { isHidden }, conditions });
  const clock = createSessionClock(switches.wall);
  const identity = loadIdentity(stateFolder());
  const about = { repository: basename(covered), workspace: workspaceId(identity, covered) };
  const recovery = openRecoveryStore(recoveryFolder({ role: "host", ...about, hostKey: identity.fingerprint }));
  const timeline = createTimeline({
    view: replica,
    clock,
    emit,
    nameOf: (peer) => nameOf(peer),
    own: hostPeer,
    readBytes,
  });
  let warned = false;

  function readBytes(node: NodeId, offset: number, length: number): Uint8Array | undefined {
    const bytes = folder.read(node, offset, length);
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  function readAll(node: NodeId, size: number): Uint8Array | undefined {
    return readBytes(node, 0, size);
  }

  function nameOf(peer: PeerId): string {
    return peer === hostPeer
      ? options.name
      : (link?.guests.find((guest) => guest.peer === peer)?.name ?? `guest ${peer}`);
  }

  const privates = createPrivateKeeper({ view: replica, read: readAll, recovery, clock });
  const guests = createHostGuests({
    replica,
    folder,
    clock,
    rules: () => watch.current,
    beforeSubmit(op, who) {
      privates.before(op, who);
      stray.beforeChange(op);
    },
    beforeFetch: (node) => void stray.beforeRead(node),
    onDecided(decided: Decided) {
      workspace.report(decided);
      stray.decided(decided);
      watch.decided(decided);
      if (decided.ordered?.t === "applied") timeline.applied(decided.ordered);
    },
    onUnheld: (node) => workspace.dropIfUnused(node),
    trace: switches.refusals === undefined ? undefined : createRefusalTrace(switches.refusals, replica),
    onPresence: () => options.onPresence?.(),
    onState: createGuestNews(emit),
  });
  owned.add(guests);
  const tellRules = (rules: PathRulesData): void => guests.tellRules(rules);
  const watch = owned.add(
    createRulesWatch({ view: replica, collector, first: collected, timers: systemTimers, changed: tellRules }),
  );
  const ending = owned.add(
    createEnding({ timers: systemTimers, guests: () => guests.count, lastFetch: () => guests.lastFetch }),
  );
  const stray = createStrayChanges({
    replica,
    folder,
    clock,
    tell: (decided) => guests.tell(decided, hostPeer),
    warn(changes) {
      if (!warned)
        emit({
          event: "warning",
          text: `${changes} changes made in the real folder, behind the mount, were taken over: work in ${mountPoint} instead`,
        });
      warned = true;
    },
  });
  const seeds = createConfigSeeds({
    view: replica,
    clock,
    isOurs: () => true,
    worktrees: true,
    read: readAll,
    tell: (seed) => guests.tell(replica.local(seed).decided, hostPeer),
  });
  const workspace = createHostWorkspace({
    replica,
    folder,
    clock,
    onDecided: (decided) => guests.tell(decided, hostPeer),
    beforeRead: (node) => stray.beforeRead(node),
    afterRename: (to) => seeds.renamed(to),
    gitDirBorn: (dir) => seeds.born(dir),
    heldByGuests: (node) => guests.holds(node),
  });
  owned.add(workspace);
  folder.bind(replica, { made: (at) => stray.granting(at), occupied: (at) => stray.inTheWay(at) });
  stray.hold(scanned.nodes);

  seeds.all();

  progress({ step: "mount", done: 0, total: 1 });
  const mounted = await mountWorkspace({
    driver: options.driver,
    workspace,
    mountPoint,
    owner,
    clock,
    readOnly: false,
    emit,
  });
  owned.add(mounted);
  if (switches.counters !== undefined) owned.add(writeCountersOnSignal(switches.counters, mounted));
  throwIfCancelled(options.signal);
  progress({ step: "mount", done: 1, total: 1 });

  await watch.begun;
  let link: HostLink | undefined;
  const inviteFile = join(stateFolder(), "invites", about.workspace);
  const listening = await listenForGuests({
    identity,
    port: options.port,
    access: options.access,
    left: leftInvite(inviteFile, options.access, Date.now()),
    about: { hostName: options.name, ...about, ...owner },
    nextRange: () => replica.nextRange(),
    onRequest: lobbyQuestion(options, emit),
    onGuest: (connection) => guests.welcome(connection),
    clock,
  });
  link = listening.link;
  owned.add({ dispose: () => listening.link.close("the host stopped sharing") });
  owned.add(keepInvite(inviteFile, listening.kept, looseTimers));

  const end = createSessionEnd({ owned, reason: "stopped", emit });
  void mounted.ended.then(() => end.because("the mount was removed from outside"));
  if (scanned.skipped.length > 0)
    emit({
      event: "warning",
      text: `${scanned.skipped.length} special files or other file systems in the folder are not shared`,
    });

  return {
    mount: mountPoint,
    invite: listening.invite,
    port: listening.link.port,
    apart: { hidden, ignored: !options.shareIgnored },
    activity: () => mounted.stats().foreign,
    status: () =>
      hostStatus({
        options,
        folder: covered,
        mount: mountPoint,
        driver: mounted.driver,
        invite: listening.invite,
        replica,
        link: listening.link,
        recovery,
        pending: guests.pending(),
        transfers: serving(guests.moving(), listening.link.guests, { view: replica, nameOf }),
        nameOf,
      }),
    present: (presence) => guests.presence.present(presence),
    presences: () => guests.presence.others(),
    setAccess: (peer, access) => guests.setAccess(peer as PeerId, access),
    remove: (peer) => guests.remove(peer as PeerId),
    ...recoveredFiles({ store: recovery, view: replica, mount: mountPoint, clock, emit }),
    endSoon(seconds) {
      guests.announceEnd(seconds);
      return ending.after(seconds);
    },
    keepCopy: () =>
      Promise.reject(new SessionError("keep-target", `${covered} is here, plain and whole, when sharing ends`)),
    ended: end.ended,
    dispose: end.dispose,
  };
}

function folderToShare(path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new SessionError("folder-missing", `${path} (${(error as Error).message})`);
  }
  throw new SessionError("folder-missing", path);
}
