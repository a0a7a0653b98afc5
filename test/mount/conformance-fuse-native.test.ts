/** A shared folder mounted with the fuse-native driver conforms, with the driver's exceptions. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSession } from "../harness/peers.ts";
import { fuseNativeExceptions } from "../suites/conformance-exceptions-fuse-native.ts";
import { describeConformance } from "../suites/conformance/suite.ts";
import { pairmountAnswers, type Target } from "../suites/conformance/target.ts";

async function openTarget(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "pairmount-native-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    chmodSync(folder, 0o755);
    const session = await startSession({ folder, guests: 0, driver: "fuse-native" });
    const dir = join(session.host.root, "tests");
    mkdirSync(dir);
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const close = (): Promise<void> => session.close().then(remove);
    return { dir, answers: pairmountAnswers, otherUsers: owner.uid === 0, owner, close };
  } catch (error) {
    remove();
    throw error;
  }
}

describeConformance("the host's mount, with fuse-native", openTarget, fuseNativeExceptions);
