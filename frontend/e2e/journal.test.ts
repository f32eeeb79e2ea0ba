import { describe, expect, test } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { Cable } from "./cable.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** Lets a page be left with something unsent, and counts how often it asked. */
function leaves(person: Person): { asked: number } {
  const seen = { asked: 0 };
  person.page.on("dialog", (dialog) => {
    seen.asked++;
    void dialog.accept();
  });
  return seen;
}

/** Waits until the journal has the last change. */
async function journalled(person: Person): Promise<void> {
  await person.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open("collabd");
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          // A transaction over the same stores comes after all that were begun before it.
          const transaction = open.result.transaction(["heads", "events"], "readwrite");
          transaction.objectStore("heads").count();
          transaction.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
  );
}

describe.each<DocKind>(["rich", "text"])("U18, a %s document", (kind) => {
  test("U18: what is unsent survives a reload, is shown at once, and is sent exactly once", async () => {
    const cable = await Cable.to(stage.server.port);
    const id = await stage.server.create(kind);
    const ana = await stage.person();
    const dialogs = leaves(ana);
    await ana.open(cable.url, id);
    await ana.toEnd();
    await ana.type("saved ");
    await converged(stage.server, id, ana);
    await ana.page.reload();
    await ana.page.waitForSelector("body[data-ready]");
    expect(dialogs.asked).toBe(0); // nothing is unsent, so nobody is asked

    cable.silence(); // what is sent from now on never arrives
    await ana.toEnd();
    await ana.type("unsent ");
    await journalled(ana);
    cable.mend();
    await ana.page.reload();
    expect(dialogs.asked).toBe(1);
    await ana.page.waitForSelector("body[data-ready]");
    expect((await converged(stage.server, id, ana)).trim()).toBe("saved unsent");
    await cable.close();
  });
});
