import { describe, expect, it } from "vitest";
import type { MountLine } from "../../../helper/mountstep/mountinfo.ts";
import { mustLieApart } from "../../../helper/session/folder-to-share.ts";

const ours = (mountPoint: string): MountLine => ({
  id: "1",
  device: "0:1",
  mountPoint,
  type: "fuse.pairmount",
  source: "p",
});
const none = { own: ["/home/ada/.local/state/pairmount"], mounts: [] };
const over = (folder: string) => ({ folder, mount: folder });

describe("a folder is shared where nothing lies in each other", () => {
  it("and else not: a shared folder's folder, or one with a mount of ours in it", () => {
    for (const mount of ["/src/app", "/src"]) {
      const mounts = [ours("/src/application"), { ...ours("/src/app/data"), type: "ext4" }];
      mustLieApart({ folder: "/src/app", mount: "/m" }, { ...none, mounts });
      expect(() => mustLieApart(over("/src/app/sub"), { ...none, mounts: [ours(mount)] })).toThrow(
        `This folder is shared already: it lies in ${mount}, which Pairmount has mounted`,
      );
    }
    expect(() => mustLieApart(over("/"), { own: [], mounts: [ours("/src/app")] })).toThrow(
      "has mounted /src/app in it",
    );
  });

  it("nor one that holds what helpers keep, or the mount", () => {
    expect(() => mustLieApart(over("/home/ada"), none)).toThrow(
      "keeps its own files in /home/ada/.local/state/pairmount: share a folder that they are not in",
    );
    mustLieApart(over("/home/ada/src"), none);
    expect(() => mustLieApart({ folder: "/src/app", mount: "/src/app/m" }, none)).toThrow(
      "/src/app/m lies in the folder",
    );
  });
});
