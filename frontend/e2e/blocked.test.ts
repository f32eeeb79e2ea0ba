import { describe, expect, it } from "vitest";
import { fallbackTransport } from "../src/client/fallback.ts";
import { Collab } from "../src/client/session.ts";
import { streamTransport } from "../src/client/stream.ts";
import { ToyEditor } from "../src/client/testing/editor.ts";
import type { Transport } from "../src/client/transport.ts";
import type { DocKind } from "../src/client/types.ts";
import { randomOf } from "../src/ot/testing.ts";
import { Gateway } from "./gateway.ts";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const seed = Number(process.env.COLLABD_SEED ?? Date.now() % 2 ** 31);

function words(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function expectWords(text: string, prefix: string, count: number): void {
  expect(text.match(new RegExp(`${prefix}\\d+`, "g"))).toEqual(words(prefix, count));
}

describe.each<DocKind>(["rich", "text"])("a %s document where sockets are blocked", (kind) => {
  it("is edited as anywhere else, with those who have sockets, and through a restart", async () => {
    const proxy = await Gateway.to(stage.server.port);
    const id = await stage.server.create(kind);
    const [ana, ben, eve] = await Promise.all([stage.person(), stage.person(), stage.person()]);
    await Promise.all([ana.open(proxy.url, id), ben.open(proxy.url, id), eve.open(stage.server.url, id)]);
    await ana.toEnd();
    await ana.type("start\n");
    await Promise.all([ben.sees("start"), eve.sees("start")]);
    await ana.waitForState("saved");
    await ben.page.locator(".people-button").waitFor(); // they see each other
    await ana.toStart();
    await Promise.all([ben.toEnd(), eve.toEnd()]);
    const typing = Promise.all([
      ana.type(`${words("a", 30).join(" ")} `, 10),
      ben.type(`${words("b", 30).join(" ")} `, 10),
    ]);
    await expect.poll(() => eve.text(), { interval: 20, timeout: 10_000 }).toMatch(/a5.*b5|b5.*a5/s);
    await stage.server.kill();
    await ana.waitForState("reconnecting");
    await stage.server.restart();
    await typing;
    const text = await converged(stage.server, id, ana, ben, eve);
    expectWords(text, "a", 30);
    expectWords(text, "b", 30);
    await Promise.all([ana.waitForState("saved"), ben.waitForState("saved")]);
    expect(await ana.page.locator(".notice").count()).toBe(0);
    expect(proxy.count(/^POST .*\/events$/)).toBeGreaterThanOrEqual(4); // two pages, before and after
    expect(proxy.count(/^POST .*\/events\/messages$/)).toBeGreaterThan(10);
    expect(proxy.count(/events.*[?]/)).toBe(0); // addresses are logged
    await proxy.close();
  });
});

describe("a network that never answers a socket", () => {
  it("costs some seconds, once", async () => {
    const proxy = await Gateway.to(stage.server.port, "hang");
    const id = await stage.server.create("text");
    const ana = await stage.person();
    await ana.open(proxy.url, id);
    await ana.toEnd();
    await ana.type("saved all the same");
    await ana.waitForState("saved");
    expect(await converged(stage.server, id, ana)).toBe("saved all the same");
    await stage.server.kill();
    await ana.waitForState("reconnecting");
    await stage.server.restart();
    await ana.waitForState("saved", "connected");
    expect(proxy.count(/^UPGRADE/)).toBe(1);
    await proxy.close();
  });
});

describe("the client library without a browser", () => {
  it(`types 200 edits through the proxy, and each is there once (COLLABD_SEED=${seed})`, async () => {
    const random = randomOf(seed);
    const proxy = await Gateway.to(stage.server.port);
    const id = await stage.server.create("text");
    const blocked: Transport = {
      open() {
        const none = { send: () => {}, close: () => {}, onopen: () => {}, onframe: () => {}, onclose: () => {} };
        const connection = none as ReturnType<Transport["open"]>;
        setTimeout(() => connection.onclose(1006, ""), 0);
        return connection;
      },
    };
    const guests = await Promise.all(
      [0, 1].map(async () => {
        const login = await fetch(`${proxy.url}/api/me`);
        const cookie = login.headers.getSetCookie().map((each) => each.split(";")[0]);
        await login.text();
        const asGuest: typeof fetch = (url, init) =>
          fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie: cookie.join("; ") } });
        const transport = fallbackTransport([
          { transport: blocked },
          { transport: streamTransport({ fetch: asGuest }) },
        ]);
        const collab = new Collab({ url: `${proxy.url}/api/docs/${id}`, transport });
        await new Promise<void>((resolve) => void collab.on("ready", () => resolve()));
        return { collab, editor: new ToyEditor(collab) };
      }),
    );
    const mark = (n: number) => String.fromCodePoint(0xf0000 + n);
    for (let n = 0; n < 200; n++) {
      const { editor } = guests[n % 2]!;
      editor.type(random() < 0.5 ? 0 : editor.text.length, mark(n));
      if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve)); // lets the network in
    }
    for (const { collab } of guests) await expect.poll(() => collab.status.state, { timeout: 20_000 }).toBe("saved");
    await expect.poll(async () => guests[0]!.editor.text === (await stage.server.text(id))).toBe(true);
    await expect.poll(() => guests[1]!.editor.text === guests[0]!.editor.text).toBe(true);
    const { text } = guests[0]!.editor;
    for (let n = 0; n < 200; n++) expect(text.split(mark(n)).length - 1, `mark ${n}`).toBe(1);
    for (const { collab } of guests) collab.close();
    await proxy.close();
  });
});
