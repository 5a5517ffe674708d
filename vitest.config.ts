import { defineConfig } from "vitest/config";

/** What all tests are run with. */
const common = {
  setupFiles: ["test/property-seed.ts"],
  pool: "forks" as const,
  // No test is about time: on a busy machine a tight limit would fail what is right.
  testTimeout: 180_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // By default one core stays free, which on two cores is half of the time: much of it waits for disks and processes.
    maxWorkers: "100%",
    projects: [
      {
        // They keep nothing between them: one process runs many, which saves its start for each file.
        test: {
          ...common,
          name: "rooms",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
          isolate: false,
        },
      },
      {
        // Those of the whole system take minutes and processes of their own: npm run test:system.
        test: {
          ...common,
          name: "house",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts", "strategies/**/*.test.ts"],
          exclude: ["test/system/**", "**/node_modules/**"],
        },
      },
    ],
  },
});
