import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, request } from "./request.ts";

const answers: (() => Response)[] = [];
const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    init.signal?.throwIfAborted();
    asked.push(`${init.method} ${path}`);
    const next = answers.shift();
    if (!next) throw new TypeError("no network");
    return next();
  });
});

afterEach(() => {
  answers.length = 0;
  asked.length = 0;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const busy = (status: number, after?: string) => () =>
  Response.json(
    { error: { code: "busy", message: "Try again." } },
    { status, ...(after !== undefined && { headers: { "retry-after": after } }) },
  );
const good = () => Response.json({ ok: true });

test("a busy server is asked again after the time that it names", async () => {
  answers.push(busy(429, "2"), good);
  const answer = request("GET", "/x");
  await vi.advanceTimersByTimeAsync(1_999);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await answer).toEqual({ ok: true });
  expect(asked).toEqual(["GET /x", "GET /x"]);
});

test("it is not asked for ever", async () => {
  answers.push(...Array.from({ length: 9 }, () => busy(503)));
  const answer = request("PATCH", "/x", { body: {} }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await answer).toMatchObject({ status: 503, code: "busy", away: true });
  expect(asked).toHaveLength(4);
});

test("a wait that is too long is an error at once", async () => {
  answers.push(busy(429, "60"), good);
  await expect(request("GET", "/x")).rejects.toMatchObject({ status: 429 });
});

test("what might be done twice is not asked again", async () => {
  answers.push(busy(503, "1"), good);
  await expect(request("POST", "/x", { body: {} })).rejects.toBeInstanceOf(ApiError);
  expect(asked).toEqual(["POST /x"]);
});

test("a wait ends when nobody wants the answer any more", async () => {
  answers.push(busy(429, "3"), good);
  const abort = new AbortController();
  const answer = request("GET", "/x", { signal: abort.signal }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10);
  abort.abort();
  expect(await answer).toMatchObject({ name: "AbortError" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(1);
});

test("a server that is away, one that refuses, and one that has nothing to say", async () => {
  await expect(request("GET", "/x")).rejects.toMatchObject({ status: 0, code: "unreachable", away: true });
  answers.push(busy(403));
  await expect(request("GET", "/x")).rejects.toMatchObject({ status: 403, away: false, message: "Try again." });
  answers.push(() => new Response(null, { status: 204 }));
  expect(await request("DELETE", "/x")).toBeUndefined();
});
