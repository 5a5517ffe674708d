import { defineConfig } from "vitest/config";

/** Tests of the whole system: real processes that live for a minute. One file at a time, or they would starve each other. */
export default defineConfig({
  test: {
    include: ["test/system/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
