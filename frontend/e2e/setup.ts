import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The server's program. */
    collabd: string;
    /** The program that puts a document with a history into a database. */
    historytest: string;
    /** The browser's program. */
    chromium: string;
  }
}

/** Builds the server once for all tests, and finds the browser. */
export default function setup(project: TestProject): () => void {
  project.provide("chromium", findChromium());
  const folder = mkdtempSync(join(tmpdir(), "collabd-e2e-"));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const packages = ["./cmd/collabd", "./frontend/e2e/historytest"];
  execFileSync("go", ["build", "-o", folder, ...packages], { cwd: root, stdio: "inherit" });
  project.provide("collabd", join(folder, "collabd"));
  project.provide("historytest", join(folder, "historytest"));
  return () => rmSync(folder, { recursive: true, force: true });
}

function findChromium(): string {
  const given = process.env.CHROMIUM;
  if (given) return given;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`The browser tests need Chromium: set CHROMIUM, or put one of ${names.join(", ")} on the PATH.`);
}
