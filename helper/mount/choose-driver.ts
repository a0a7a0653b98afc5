import type { MountDriver } from "./driver.ts";
import { fuseNativeDriver } from "./fuse-native/driver.ts";
import { kernelDriver } from "./kernel-driver.ts";

export type DriverChoice = "auto" | "kernel" | "fuse-native";

/** `auto` is the kernel driver on Linux, the only system it speaks to; elsewhere fuse-native says what it lacks. */
export function chooseDriver(choice: DriverChoice): MountDriver {
  if (choice === "auto") return process.platform === "linux" ? kernelDriver : fuseNativeDriver;
  return choice === "kernel" ? kernelDriver : fuseNativeDriver;
}
