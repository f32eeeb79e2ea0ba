import { defineConfig } from "vitest/config";

/** Measures: `npm run bench`. */
export default defineConfig({
  test: {
    include: ["e2e/measure/bench.ts"],
    globalSetup: ["e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
});
