import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts"],
    // Those take minutes and processes of their own: npm run test:system.
    exclude: ["test/system/**", "**/node_modules/**"],
    setupFiles: ["test/property-seed.ts"],
    pool: "forks",
    // By default one core stays free, which on two cores is half of the time: much of it waits for disks and processes.
    maxWorkers: "100%",
    // No test is about time: on a busy machine a tight limit would fail what is right.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
