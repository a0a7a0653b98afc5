import { errno, type Errno } from "../base/errno.ts";
import { mustFileName } from "../base/name.ts";
import type { LocalOp } from "./api.ts";
import type { GuestView } from "./guest-view.ts";
import type { NodeId, PeerId } from "./ids.ts";
import { mostLinks } from "./judge.ts";
import type { Inode } from "./namespace.ts";
import type { Place } from "./op.ts";
import { isPrivateId } from "./private-layer.ts";
import { isWithin } from "./tree.ts";

/** What a guest can answer by itself: POSIX, the border of private paths, another peer's lock. "nothing": succeed without effect. */
export function checkLocally(view: GuestView, peer: PeerId, op: LocalOp): Errno | "nothing" | undefined {
  switch (op.t) {
    case "create":
    case "mkdir":
    case "symlink":
      return entering(view, peer, op.at);
    case "link": {
      const inode = view.node(op.node);
      if (inode === undefined || !view.isLive(op.node)) return errno.ENOENT;
      if (inode.kind === "dir") return errno.EPERM;
      if ((view.isPrivateNode(op.node) || view.isSeed(op.node)) !== view.isPrivate(op.at)) return errno.EXDEV;
      return inode.nlink >= mostLinks ? errno.EMLINK : entering(view, peer, op.at);
    }
    case "unlink": {
      const inode = at(view, op.at);
      if (inode === undefined) return errno.ENOENT;
      if (inode.kind === "dir") return errno.EISDIR;
      return heldByOther(view, peer, inode, op.at) ? errno.EPERM : undefined;
    }
    case "rmdir": {
      const inode = at(view, op.at);
      if (inode === undefined) return errno.ENOENT;
      if (inode.kind !== "dir") return errno.ENOTDIR;
      return view.isEmpty(inode.id) ? undefined : errno.ENOTEMPTY;
    }
    case "rename":
      return rename(view, peer, op.from, op.to);
    case "truncate": {
      const inode = view.node(op.node);
      if (inode === undefined) return errno.ENOENT;
      if (inode.kind !== "file") return inode.kind === "dir" ? errno.EISDIR : errno.EINVAL;
      return heldByOther(view, peer, inode, view.placeOf(op.node)) ? errno.EPERM : undefined;
    }
    case "setattr":
      return view.node(op.node) === undefined ? errno.ENOENT : undefined;
    case "seed":
      return view.isLiveDir(op.dir) ? undefined : errno.ENOENT;
  }
}

function entering(view: GuestView, peer: PeerId, place: Place): Errno | undefined {
  const parent = view.node(place.parent);
  if (parent === undefined) return errno.ENOENT;
  if (parent.kind !== "dir") return errno.ENOTDIR;
  if (!view.isLive(place.parent)) return errno.ENOENT;
  if (view.lookup(place) !== undefined) return errno.EEXIST;
  return lockHeldByOther(view, peer, place) ? errno.EPERM : undefined;
}

/** rename(2). The victim's kind and emptiness, and hard links of one file, are checked in the order Linux does. */
function rename(view: GuestView, peer: PeerId, from: Place, to: Place): Errno | "nothing" | undefined {
  const inode = at(view, from);
  if (inode === undefined) return errno.ENOENT;
  if (!view.isLiveDir(to.parent)) return errno.ENOENT;
  if (crossesBorder(view, inode, from, to)) return errno.EXDEV;
  const victim = at(view, to);
  if (victim === inode) return "nothing";
  if (inode.kind === "dir" && isWithin(view, to.parent, inode.id)) return errno.EINVAL;
  if (victim?.kind === "dir" && isWithin(view, from.parent, victim.id)) return errno.ENOTEMPTY;
  if (heldByOther(view, peer, inode, from) || lockHeldByOther(view, peer, to)) return errno.EPERM;
  if (victim === undefined) return undefined;
  if (heldByOther(view, peer, victim, to)) return errno.EPERM;
  if (inode.kind === "dir") {
    if (victim.kind !== "dir") return errno.ENOTDIR;
    return view.isEmpty(victim.id) ? undefined : errno.ENOTEMPTY;
  }
  return victim.kind === "dir" ? errno.EISDIR : undefined;
}

/**
 * R-PRIV, R-HIDE, R-SEED. Three ways lead across: a shared file may take a free name at an ignored place, an own file there
 * a shared name once it is told (`isToPublish`), and a shared file a hidden name or an ignored one in use (`isHiding`).
 */
function crossesBorder(view: GuestView, inode: Inode, from: Place, to: Place): boolean {
  const isOwn = view.isPrivate(from);
  if (isOwn === view.isPrivate(to, inode.kind)) return false;
  return isOwn ? !isToPublish(view, inode, from) : !isFreeIgnored(view, to) && !isHiding(view, from, to);
}

/** A file this guest made at an ignored place, with nothing of the host's under its name. */
function isToPublish(view: GuestView, { id, kind }: Inode, { parent, name }: Place): boolean {
  if (kind !== "file" || isPrivateId(id) || !view.isPrivateNode(id) || view.git.isHidden({ parent, name }))
    return false;
  return view.sharedChild(parent, name) === undefined && isTold(view, parent);
}

/** A shared file takes a hidden name, or an ignored one in use (`sed -i`): it is this guest's own from then on. */
export function isHiding(view: GuestView, from: Place, to: Place): boolean {
  const inode = at(view, from);
  if (inode === undefined || inode.kind === "dir" || inode.nlink > 1) return false;
  if (view.isPrivate(from) || view.git.isGit(from) || view.git.isGit(to)) return false;
  return view.git.isHidden(to) || (view.lookup(to) !== undefined && view.isPrivate(to, inode.kind));
}

function isFreeIgnored(view: GuestView, to: Place): boolean {
  return (
    !view.git.isPrivate(to) &&
    view.lookup(to) === undefined &&
    view.sharedChild(to.parent, to.name) === undefined &&
    isTold(view, to.parent)
  );
}

/** The host knows the directory, taken over or not. */
function isTold(view: GuestView, dir: NodeId): boolean {
  return !view.isPrivateNode(dir) || view.confirmed.isLiveDir(dir);
}

/** R-GRANT and R-PROTECT, as far as this peer knows. */
export function heldByOther(view: GuestView, peer: PeerId, inode: Inode, place: Place | undefined): boolean {
  return (
    (inode.owner !== undefined && inode.owner !== peer) || (place !== undefined && lockHeldByOther(view, peer, place))
  );
}

function lockHeldByOther(view: GuestView, peer: PeerId, place: Place): boolean {
  if (place.name.length > 250 || !view.git.isProtected(place)) return false;
  const owner = at(view, { parent: place.parent, name: mustFileName(`${place.name}.lock`) })?.owner;
  return owner !== undefined && owner !== peer;
}

function at(view: GuestView, place: Place): Inode | undefined {
  const id = view.lookup(place);
  return id === undefined ? undefined : view.node(id);
}
