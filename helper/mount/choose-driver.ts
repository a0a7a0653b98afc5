import type { MountDriver } from "./driver.ts";
import { kernelDriver } from "./kernel-driver.ts";

export type DriverChoice = "auto" | "kernel" | "fuse-native";

/** `auto` is the kernel driver on Linux. */
export function chooseDriver(_choice: DriverChoice): MountDriver {
  return kernelDriver;
}
