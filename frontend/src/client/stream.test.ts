import { describe, expect, it } from "vitest";
import { EventParser } from "./event-parser.ts";
import { type StreamOptions, streamTransport } from "./stream.ts";
import { FakeClock } from "./testing/clock.ts";

/** A request that a test answers. */
interface Asked {
  readonly url: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  answer(response: Response): void;
  fail(): void;
}

/** A stream in the hands of a test: its requests, and what it told. */
class Bench {
  readonly clock = new FakeClock();
  readonly asked: Asked[] = [];
  readonly told: unknown[] = [];
  readonly connection;
  #stream!: ReadableStreamDefaultController<Uint8Array>;
  aborted = false;

  constructor(options: StreamOptions = {}) {
    const fetch = (url: RequestInfo | URL, init?: RequestInit) =>
      new Promise<Response>((answer, reject) => {
        init?.signal?.addEventListener("abort", () => {
          this.aborted = true;
          reject(new DOMException("aborted", "AbortError"));
        });
        const headers = init?.headers as Record<string, string>;
        this.asked.push({
          url: String(url),
          body: String(init?.body),
          headers,
          answer,
          fail: () => reject(new TypeError("no network")),
        });
      });
    this.connection = streamTransport({ clock: this.clock, fetch, ...options }).open("http://test/api/docs/d");
    this.connection.onopen = () => this.told.push("open");
    this.connection.onframe = (frame) => this.told.push(frame);
    this.connection.onclose = (code, reason) => this.told.push([code, reason]);
  }

  /** Opened, with the hello answered and the token given. */
  static async opened(): Promise<Bench> {
    const bench = new Bench();
    bench.clock.advance(1);
    bench.connection.send("hello");
    await bench.stream();
    await bench.says("event: connection\ndata: token\n\n");
    bench.told.length = 0;
    return bench;
  }

  async stream(): Promise<void> {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
      },
    });
    this.asked[0]!.answer(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    await rest();
  }

  async says(text: string | Uint8Array): Promise<void> {
    this.#stream.enqueue(typeof text === "string" ? new TextEncoder().encode(text) : text);
    await rest();
  }

  async ends(): Promise<void> {
    this.#stream.close();
    await rest();
  }

  get posts(): readonly Asked[] {
    return this.asked.slice(1);
  }
}

/** Lets promises come to rest. */
const rest = () => new Promise((resolve) => setImmediate(resolve));
const taken = () => new Response(null, { status: 204 });
const refused = (status: number, code: string) =>
  new Response(JSON.stringify({ error: { code, message: "No." } }), { status });

describe("a stream", () => {
  it("is opened by the hello, and gives frames as they come", async () => {
    const bench = new Bench({ padding: 4096 });
    expect(bench.told).toEqual([]);
    bench.clock.advance(1);
    expect(bench.told).toEqual(["open"]);
    expect(bench.asked).toEqual([]);
    bench.connection.send("hello");
    const { url, body, headers } = bench.asked[0]!;
    expect([url, body]).toEqual(["http://test/api/docs/d/events", "hello"]);
    expect(headers).toMatchObject({ "Content-Type": "application/json", "Collabd-Padding": "4096" });
    await bench.stream();
    await bench.says('event: connection\ndata: token\n\n:    \n\ndata: {"a":');
    const emoji = new TextEncoder().encode('"😀"}\n\n:\n\ndata: 2\n\n');
    await bench.says(emoji.slice(0, 3)); // in the middle of a character
    expect(bench.told).toEqual(["open"]);
    await bench.says(emoji.slice(3));
    expect(bench.told).toEqual(["open", '{"a":"😀"}', "2"]);
    await bench.says('event: close\ndata: {"code":4000,"reason":"restarting"}\n\ndata: 3\n\n');
    expect(bench.told.slice(3)).toEqual([[4000, "restarting"]]);
  });

  it("posts one after the other, what waits together, and counts", async () => {
    const bench = await Bench.opened();
    const { connection } = bench;
    connection.send("1");
    connection.send("2");
    connection.send("3");
    expect(bench.posts.map(({ url, body }) => [url, body])).toEqual([["http://test/api/docs/d/events/messages", "1"]]);
    expect(bench.posts[0]!.headers).toMatchObject({ "Collabd-Connection": "token", "Collabd-Count": "1" });
    bench.posts[0]!.answer(taken());
    await rest();
    expect(bench.posts.map(({ body }) => body)).toEqual(["1", "[2,3]"]);
    expect(bench.posts[1]!.headers).toMatchObject({ "Collabd-Count": "2" });
    const large = "x".repeat(64 << 10);
    connection.send("4");
    connection.send(large);
    bench.posts[1]!.answer(taken());
    await rest();
    bench.posts[2]!.answer(taken());
    await rest();
    expect(bench.posts.slice(2).map(({ body }) => body)).toEqual(["4", large]);
    expect(bench.asked.every(({ url }) => !url.includes("token"))).toBe(true); // addresses are logged
    expect(bench.told).toEqual([]);
  });

  it("waits with what is sent until it has a name", async () => {
    const bench = new Bench();
    bench.clock.advance(1);
    bench.connection.send("hello");
    bench.connection.send("1");
    await bench.stream();
    expect(bench.posts).toEqual([]);
    await bench.says("event: connection\ndata: token\n\n");
    expect(bench.posts.map(({ body }) => body)).toEqual(["1"]);
  });

  it("forgets where the caret was, while that waits", async () => {
    const bench = await Bench.opened();
    const presence = (at: number) => `{"type":"presence","revision":1,"selections":[[${at},${at}]]}`;
    bench.connection.send("edit 1");
    for (const at of [1, 2, 3]) bench.connection.send(presence(at));
    for (const _ of [1, 2, 3]) bench.connection.send("ping");
    bench.posts[0]!.answer(taken());
    await rest();
    expect(bench.posts[1]!.body).toBe(`[${presence(3)},ping]`);
  });

  it("repeats a POST whose answer was lost, as it was", async () => {
    const bench = await Bench.opened();
    bench.connection.send("1");
    bench.connection.send("2");
    for (const [n, lose] of [
      (asked: Asked) => asked.fail(),
      (asked: Asked) => asked.answer(refused(502, "")),
      (asked: Asked) => asked.answer(refused(503, "busy")),
      (asked: Asked) => asked.answer(refused(429, "too_many_posts")),
    ].entries()) {
      expect(bench.posts).toHaveLength(n + 1);
      lose(bench.posts[n]!);
      await rest();
      expect(bench.posts).toHaveLength(n + 1); // not at once
      bench.clock.advance(100 * 2 ** n);
      await rest();
    }
    bench.posts[4]!.answer(taken());
    await rest();
    expect(bench.posts.map(({ body, headers }) => [body, headers["Collabd-Count"]])).toEqual([
      ...Array.from({ length: 5 }, () => ["1", "1"]),
      ["2", "2"],
    ]);
    expect(bench.told).toEqual([]);
  });

  it("is lost when a POST does not get through, or is refused without a word", async () => {
    for (const status of [0, 410, 409, 403]) {
      const bench = await Bench.opened();
      bench.connection.send("1");
      bench.connection.send("2");
      if (status === 0) {
        for (let n = 0; n < 5; n++) {
          bench.posts[n]!.fail();
          await rest();
          bench.clock.advance(10_000);
          await rest();
        }
      } else {
        bench.posts[0]!.answer(refused(status, "x"));
        await rest();
        expect(bench.told).toEqual([]);
        bench.clock.advance(2_000);
      }
      expect(bench.told).toEqual([[1006, ""]]);
      expect(bench.posts.every(({ body }) => body === "1")).toBe(true);
      bench.connection.send("3"); // nobody is there
    }
  });

  it("lets the stream say why a POST was refused", async () => {
    const bench = await Bench.opened();
    bench.connection.send("1");
    bench.posts[0]!.answer(refused(413, "too_large"));
    await rest();
    await bench.says('event: close\ndata: {"code":4201,"reason":"too_large"}\n\n');
    bench.clock.advance(10_000);
    expect(bench.told).toEqual([[4201, "too_large"]]);
  });

  it("is lost when it ends without a word", async () => {
    const bench = await Bench.opened();
    await bench.ends();
    expect(bench.told).toEqual([[1006, ""]]);
    const unreachable = new Bench();
    unreachable.clock.advance(1);
    unreachable.connection.send("hello");
    unreachable.asked[0]!.fail();
    await rest();
    expect(unreachable.told).toEqual(["open", [1006, ""]]);
  });

  it("tells why it does not open if that is final, and the server's own word", async () => {
    for (const [response, told] of [
      [refused(404, "not_found"), [4204, "not_found"]],
      [refused(403, "forbidden"), [4202, "forbidden"]],
      [refused(401, "login_needed"), [1006, ""]],
      [refused(503, "restarting"), [1006, ""]],
      [new Response("<html>forbidden</html>", { status: 403 }), [1006, ""]],
      [new Response("null", { status: 404 }), [1006, ""]],
    ] as const) {
      const bench = new Bench();
      bench.clock.advance(1);
      bench.connection.send("hello");
      bench.asked[0]!.answer(response);
      await rest();
      expect(bench.told).toEqual(["open", told]);
    }
  });

  it("says nothing after it is closed, and ends all requests", async () => {
    const bench = await Bench.opened();
    bench.connection.send("1");
    bench.connection.close();
    expect(bench.aborted).toBe(true);
    await rest();
    bench.clock.advance(10_000);
    await rest();
    expect(bench.told).toEqual([]);
    expect(bench.posts).toHaveLength(1);
    const early = new Bench();
    early.connection.close();
    early.clock.advance(10);
    expect(early.told).toEqual([]);
  });

  it("goes on when somebody fails on a frame, and does not hide it", async () => {
    const bench = await Bench.opened();
    const onframe = bench.connection.onframe;
    bench.connection.onframe = () => {
      bench.connection.onframe = onframe;
      throw new Error("the page is broken");
    };
    await bench.says("data: 1\n\ndata: 2\n\n");
    expect(bench.told).toEqual(["2"]);
    expect(() => bench.clock.advance(1)).toThrow("the page is broken");
  });

  it("is given up when far too much waits", async () => {
    const bench = await Bench.opened();
    for (let n = 0; n < 300; n++) bench.connection.send(String(n));
    expect(bench.told).toEqual([[1006, ""]]);
  });
});

describe("the parser of events", () => {
  const stream =
    'event: a\ndata: 1\n\n: comment\n\ndata:2\r\n\r\nevent: none\n\ndata: x\ndata\ndata: y: z\nid: 7\n\n:\ndata: "😀"\n\ndata: cut';
  const events = [
    { name: "a", data: "1" },
    { name: "", data: "2" },
    { name: "", data: "x\n\ny: z" },
    { name: "", data: '"😀"' },
  ];

  it("takes the stream in any pieces", () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = new EventParser();
      const found = [];
      for (let at = 0; at < stream.length; at += size) found.push(...parser.push(stream.slice(at, at + size)));
      expect(found).toEqual(events);
    }
  });
});
