// What the servers from npm have in common, as package child has it for those
// in Go: a line "ready ADDRESS", then commands from standard input. Its end ends
// the server, so that a driver that is killed leaves nothing running.
//
//	gc   collects garbage (node --expose-gc)
import { createInterface } from "node:readline";

/** Says that the server answers on a port of 127.0.0.1, and obeys; stop() is what it does in the end. */
export function obey(port, stop = () => {}) {
  process.stdout.write(`ready http://127.0.0.1:${port}\n`);
  createInterface({ input: process.stdin })
    .on("line", (command) => {
      if (command !== "gc") {
        process.stdout.write(`failed: no such command: ${command}\n`);
        return;
      }
      globalThis.gc();
      globalThis.gc();
      process.stdout.write("ok\n");
    })
    .on("close", async () => {
      await stop();
      process.exit(0);
    });
}
