/** Join: greet, wait in the lobby, take the snapshot, mount, follow the order. What begins here ends in reverse. */
import { rmSync } from "node:fs";
import { homedir } from "node:os";
import { join as joinPath, resolve } from "node:path";
import type { Disposables } from "../base/disposable.ts";
import { openGuestCache } from "../content/guest-cache.ts";
import { openRecoveryStore, type RecoveryStore } from "../content/recovery-store.ts";
import type { Owner } from "../git/index-owner.ts";
import { clearDeadMounts } from "../mountstep/dead-mounts.ts";
import { connectGuest } from "../peer/guest-link.ts";
import type { HostConnection } from "../peer/api.ts";
import { linkErrorSentence } from "../peer/errors.ts";
import { loadIdentity } from "../peer/identity.ts";
import { parseInvite } from "../peer/invite.ts";
import type { PeerId } from "../replica/ids.ts";
import type { JoinWorkspace, Session, SessionEvent } from "./api.ts";
import { writeCountersOnSignal } from "./counters-on-signal.ts";
import { createCopyKeeper } from "./copy-keeper.ts";
import { SessionError, throwIfCancelled } from "./errors.ts";
import { createGuestFollower, type GuestFollower } from "./guest-follower.ts";
import { withIndexOwner } from "./index-owner.ts";
import { mountWorkspace, prepareMountPoint, shownOwner } from "./mounting.ts";
import { cacheFolder, safeName, stateFolder } from "./places.ts";
import { recoveredFiles } from "./recovered-files.ts";
import { ownFolder, recoveryFolder } from "./recovery-folder.ts";
import { startPrefetch } from "./prefetch.ts";
import { sessionErrorOf } from "./link-failure.ts";
import { beginOwned, createSessionEnd } from "./session-end.ts";
import { guestStatus } from "./status.ts";
import { fetching } from "./sync-status.ts";
import { readTestSwitches } from "./test-switches.ts";

export const joinWorkspace: JoinWorkspace = (options) => beginOwned((owned) => join(options, owned));

async function join(options: Parameters<JoinWorkspace>[0], owned: Disposables): Promise<Session> {
  const switches = readTestSwitches();
  const progress = options.onProgress ?? (() => undefined);
  const emit = (event: SessionEvent): void => options.onEvent(event);
  const parsed = parseInvite(options.invite, Date.now() / 1000);
  if (!parsed.ok) throw new SessionError("bad-invite", linkErrorSentence(parsed.error));

  let follower: GuestFollower | undefined;
  /** Why the link is over. */
  let gone: string | undefined;
  let finish: ((why: string) => void) | undefined;
  let recovery: RecoveryStore | undefined;
  let noRecovery: Error | undefined;
  const ownCache = cacheFolder();
  owned.add({ dispose: () => rmSync(ownCache, { recursive: true, force: true }) });
  const cache = openGuestCache(joinPath(ownCache, "content"));
  owned.add(cache);

  const mountPointOf = (connection: HostConnection): string =>
    options.mount === undefined ? defaultMountPoint(connection) : resolve(options.mount);
  progress({ step: "connect", done: 0, total: 1 });
  const joined = await connectGuest({
    invite: parsed.invite,
    ...(switches.address !== undefined && { addresses: [switches.address] }),
    identity: loadIdentity(stateFolder()),
    name: options.name,
    readOnly: options.access === "read-only",
    wall: switches.wall,
    ...(options.signal !== undefined && { signal: options.signal }),
    onLobby: () => {
      progress({ step: "connect", done: 1, total: 1 });
      progress({ step: "lobby", done: 0, total: 0 });
    },
    onWelcome(connection) {
      const { repository, workspace } = connection.welcome;
      const place = recoveryFolder({ role: "guest", repository, workspace, hostKey: parsed.invite.host });
      try {
        recovery = openRecoveryStore(place);
      } catch (error) {
        noRecovery = error as Error;
        throw error;
      }
      const mount = mountPointOf(connection);
      follower = createGuestFollower({
        connection,
        cache,
        recovery,
        unsent: joinPath(place, "unsent"),
        own: ownFolder({ repository, workspace, hostKey: parsed.invite.host, mount }),
        name: options.name,
        localLocks: switches.localLocks,
        emit,
        progress,
        onPresence: () => options.onPresence?.(),
        onGone(why) {
          gone = why;
          finish?.(why);
        },
      });
      return follower.events;
    },
  });
  throwIfCancelled(options.signal);
  if (!joined.ok) throw sessionErrorOf(joined.error);
  const { connection } = joined;
  owned.add({ dispose: () => connection.leave() });
  if (noRecovery !== undefined) throw noRecovery;
  const leave = (): void => connection.leave();
  options.signal?.addEventListener("abort", leave);
  const followed = follower as GuestFollower;
  const kept = recovery as RecoveryStore;
  owned.add(followed);
  const { replica, workspace } = await followed.begun.finally(() => {
    options.signal?.removeEventListener("abort", leave);
    throwIfCancelled(options.signal);
  });

  const mountPoint = mountPointOf(connection);
  await clearDeadMounts([mountPoint]);
  prepareMountPoint(mountPoint);
  progress({ step: "mount", done: 0, total: 1 });
  const readOnly = connection.welcome.role === "read-only";
  const owner = shownOwner(switches.owner);
  const host: Owner = { uid: connection.welcome.uid, gid: connection.welcome.gid };
  const ownersDiffer = (owner.uid !== host.uid || owner.gid !== host.gid) && !switches.sharedIndex;
  const shown = ownersDiffer ? withIndexOwner({ workspace, view: replica, shared: host, shown: owner }) : workspace;
  const mounted = await mountWorkspace({
    driver: options.driver,
    workspace: shown,
    mountPoint,
    owner,
    clock: { now: () => connection.now() },
    readOnly,
    emit,
  });
  owned.add(mounted);
  if (switches.counters !== undefined) owned.add(writeCountersOnSignal(switches.counters, mounted));
  throwIfCancelled(options.signal);
  if (gone !== undefined) throw new SessionError("host-gone", gone);
  progress({ step: "mount", done: 1, total: 1 });
  owned.add(startPrefetch({ replica, fetcher: followed.fetcher }));
  const copies = owned.add(createCopyKeeper(mountPoint));

  const end = createSessionEnd({ owned, reason: "left", emit });
  // A copy that is under way takes what is here; what is not there any more it names.
  finish = (why) => void copies.idle().then(() => end.because(why));
  void mounted.ended.then(() => end.because("the mount was removed from outside"));

  const nameOf = (peer: PeerId): string => followed.nameOf(peer);
  return {
    mount: mountPoint,
    invite: null,
    port: null,
    apart: null,
    activity: () => mounted.stats().foreign,
    status: () =>
      guestStatus({
        options,
        mount: mountPoint,
        driver: mounted.driver,
        replica,
        connection,
        peers: followed.peers(),
        incoming: followed.incoming(),
        transfers: fetching(followed.moving(), { view: replica, cache, nameOf }),
        recovery: kept,
        nameOf,
      }),
    present: (presence) => followed.presence.present(presence),
    presences: () => followed.presence.others(),
    setAccess: () => false,
    remove: () => false,
    ...recoveredFiles({
      store: kept,
      view: replica,
      mount: mountPoint,
      clock: { now: () => connection.now() },
      emit,
    }),
    keepCopy: copies.keepCopy,
    endSoon: () => undefined,
    ended: end.ended,
    dispose: end.dispose,
  };
}

/** The same place next time: editors and terminals key their state by path. */
function defaultMountPoint({ welcome }: HostConnection): string {
  return joinPath(homedir(), "Pairmount", `${safeName(welcome.hostName)}-${safeName(welcome.repository)}`);
}
