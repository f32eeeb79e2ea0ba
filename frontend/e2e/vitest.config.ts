import { defineConfig } from "vitest/config";

/** Files whose tests measure what a person waits for: they have the machine to themselves. */
const measured = ["history-long", "list", "list-search", "network", "paste", "together"].map(
  (name) => `e2e/${name}.test.ts`,
);

export default defineConfig({
  test: {
    globalSetup: ["e2e/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        // Each file has a browser and each test a server: more than two files at a time would starve each other.
        test: {
          name: "side by side",
          include: ["e2e/**/*.test.ts"],
          exclude: measured,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: measured, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
