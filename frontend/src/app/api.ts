import type { DocKind, User } from "../client/types.ts";

/** A document as the server lists it. Times are RFC 3339. */
export interface DocumentInfo {
  readonly id: string;
  readonly kind: DocKind;
  readonly title: string;
  readonly created_at: string;
  readonly edited_at: string;
}

/** A part of the list, and where the next one begins. */
export interface DocumentPage {
  readonly docs: readonly DocumentInfo[];
  /** The cursor for the rest; empty at the end. */
  readonly next: string;
}

/** An answer of the server that is no success. `code` is `unreachable` when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function listDocuments(after = "", signal?: AbortSignal): Promise<DocumentPage> {
  const query = new URLSearchParams({ limit: "50" });
  if (after) query.set("after", after);
  return request("GET", `/api/docs?${query}`, undefined, signal);
}

export function createDocument(kind: DocKind): Promise<DocumentInfo> {
  return request("POST", "/api/docs", { title: "", kind });
}

export function getDocument(id: string): Promise<DocumentInfo> {
  return request("GET", `/api/docs/${encodeURIComponent(id)}`);
}

/** Gives a document a title; with `was` only while it has that one, else it fails with `title_changed`. */
export function renameDocument(id: string, title: string, was?: string): Promise<DocumentInfo> {
  return request("PATCH", `/api/docs/${encodeURIComponent(id)}`, {
    title,
    ...(was !== undefined && { title_was: was }),
  });
}

export function getMe(): Promise<User> {
  return request("GET", "/api/me");
}

export function updateMe(change: { readonly name?: string; readonly color?: string }): Promise<User> {
  return request("PATCH", "/api/me", change);
}

async function request<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch((error: unknown) => {
    throw new ApiError(0, "unreachable", error instanceof Error ? error.message : String(error));
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const { code = "internal", message = response.statusText } = (answer as ErrorAnswer | undefined)?.error ?? {};
  throw new ApiError(response.status, code, message);
}

interface ErrorAnswer {
  readonly error?: { readonly code?: string; readonly message?: string };
}
