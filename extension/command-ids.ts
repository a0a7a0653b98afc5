/** Every command that package.json contributes; test/unit/extension/manifest.test.ts compares the two. */
export const commandIds = [
  "pairmount.share",
  "pairmount.join",
  "pairmount.copyInvite",
  "pairmount.copyInviteLink",
  "pairmount.stop",
  "pairmount.leave",
  "pairmount.keepCopy",
  "pairmount.goOn",
  "pairmount.menu",
  "pairmount.accept",
  "pairmount.acceptReadOnly",
  "pairmount.decline",
  "pairmount.makeReadOnly",
  "pairmount.allowWriting",
  "pairmount.removeGuest",
  "pairmount.follow",
  "pairmount.stopFollowing",
  "pairmount.showRecovered",
  "pairmount.compareRecovered",
  "pairmount.restoreRecovered",
  "pairmount.discardRecovered",
  "pairmount.openCommit",
  "pairmount.copyHash",
  "pairmount.checkOut",
  "pairmount.cherryPick",
  "pairmount.showLog",
  "pairmount.doctor",
  "pairmount.collectDiagnostics",
] as const;

export type CommandId = (typeof commandIds)[number];

export const viewIds = ["pairmount.peers", "pairmount.commits", "pairmount.sync", "pairmount.recovered"] as const;
export type ViewId = (typeof viewIds)[number];
