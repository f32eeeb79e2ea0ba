import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files whose tests measure what a person waits for: they have the machine to themselves. */
const measured = ["history-long", "list", "list-search", "network", "paste", "together"].map(
  (name) => `e2e/${name}.test.ts`,
);

/** The file that takes longest comes first: it mostly waits, and nothing waits for it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const late = (file: TestSpecification) => (file.moduleId.includes("/torture/") ? 0 : 1);
    return (await super.sort(files)).sort((a, b) => late(a) - late(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
