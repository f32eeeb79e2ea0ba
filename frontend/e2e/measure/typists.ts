import type { Page } from "playwright-core";

/**
 * Lets `count` people type into a document, from this page, over sockets of their own and without an editor: each a letter
 * every `every` milliseconds, somewhere in what was there at the start. Returns how to stop them, which tells how many
 * letters were acknowledged.
 */
export async function startTypists(
  page: Page,
  id: string,
  count: number,
  every: number,
): Promise<() => Promise<number>> {
  await page.evaluate(
    async ([doc, people, pause]) => {
      let acked = 0;
      let stopped = false;
      const closed: Promise<void>[] = [];
      const opened: Promise<void>[] = [];
      for (let person = 0; person < people; person++) {
        const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/docs/${doc}/socket`, "collabd.v1");
        let client = "";
        let head = 0;
        let seq = 0;
        let place = 0;
        const type = (): void => {
          if (stopped) {
            socket.close();
            return;
          }
          const letter = { insert: "abcdefghij klmnopqrst "[seq % 22]! };
          const op = place > 0 ? [{ retain: place }, letter] : [letter];
          socket.send(JSON.stringify({ type: "edit", seq: ++seq, base: head, op }));
        };
        closed.push(new Promise((resolve) => socket.addEventListener("close", () => resolve())));
        opened.push(
          new Promise((resolve) => {
            socket.onopen = () => socket.send(JSON.stringify({ type: "hello" }));
            socket.onmessage = ({ data }) => {
              const message = JSON.parse(data as string);
              if (message.type === "welcome") {
                ({ client, revision: head } = message);
                setTimeout(type, pause * (person / people));
                resolve();
              } else if (message.type === "doc") {
                const units = message.op.reduce((sum: number, part: { insert: string }) => sum + part.insert.length, 0);
                place = Math.floor((units * person) / people);
              } else if (message.type === "catchup") {
                head = message.to;
              } else if (message.type === "records") {
                head = message.after + message.records.length;
                const own = message.records.some(
                  (each: { client: string; seq: number }) => each.client === client && each.seq === seq,
                );
                if (!own) return;
                acked++;
                setTimeout(type, pause);
              }
            };
          }),
        );
      }
      await Promise.all(opened);
      (window as unknown as { stopTypists(): Promise<number> }).stopTypists = async () => {
        stopped = true;
        await Promise.all(closed);
        return acked;
      };
    },
    [id, count, every] as const,
  );
  return () => page.evaluate(() => (window as unknown as { stopTypists(): Promise<number> }).stopTypists());
}
