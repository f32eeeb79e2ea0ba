import { defineConfig } from "vitest/config";

/** Takes the pictures of docs/screenshots: `npm run screenshots`. */
export default defineConfig({
  test: {
    include: ["e2e/screenshots.ts"],
    globalSetup: ["e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
