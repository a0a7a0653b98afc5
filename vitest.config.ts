import { defineConfig } from "vitest/config";

const fakeVscode = new URL("test/harness/fake-vscode.ts", import.meta.url).pathname;
// Real mounts share one machine: suites that mount run one file after the other.
const serial = { fileParallelism: false, pool: "forks" } as const;

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: { vscode: fakeVscode } },
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 },
      },
      { test: { name: "sim", include: ["test/sim/**/*.test.ts"], testTimeout: 120_000 } },
      {
        test: {
          name: "process",
          include: ["test/process/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          ...serial,
        },
      },
      {
        test: {
          name: "mount",
          include: ["test/mount/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 120_000,
          ...serial,
        },
      },
      {
        test: {
          name: "workbench",
          include: ["test/workbench/**/*.test.ts"],
          globalSetup: "test/harness/workbench/global-setup.ts",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          ...serial,
        },
      },
    ],
  },
});
