/** An answer of the server that is no success. `code` is `unreachable` when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether there is no server, or one that cannot answer now: the same request may succeed later. */
  get away(): boolean {
    return this.status === 0 || [429, 502, 503, 504].includes(this.status);
  }
}

/** How often a request is made at most, when the server asks to come again. */
const tries = 4;
/** The longest wait between two tries, in milliseconds; a server that asks for more has failed this request. */
const longestWait = 5_000;
/** The wait when a server does not say how long, in milliseconds; doubled with each try. */
const shortestWait = 250;

interface RequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server and returns its JSON, or nothing for an answer without a body. A server that is busy (429, 503) is
 * asked again after the time that it names, unless the request is a POST, which might then be done twice. Fails by an
 * ApiError, and by an AbortError when `signal` ends it.
 */
export async function request<Answer>(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const response = await send(method, path, options);
    if (response.status === 204) return undefined as Answer;
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Answer;
    const wait = waitOf(response, attempt);
    if (method === "POST" || attempt === tries || wait === undefined) {
      const { code = "internal", message = response.statusText } = (answer as ErrorAnswer | undefined)?.error ?? {};
      throw new ApiError(response.status, code, message);
    }
    await passed(wait, options.signal);
  }
}

interface ErrorAnswer {
  readonly error?: { readonly code?: string; readonly message?: string };
}

async function send(method: string, path: string, { body, signal }: RequestOptions): Promise<Response> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", error instanceof Error ? error.message : String(error));
  }
}

/** How long to wait before the next try, in milliseconds; undefined when another try would not help. */
function waitOf(response: Response, attempt: number): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const asked = Number.parseFloat(response.headers.get("retry-after") ?? "") * 1000;
  const wait = Number.isFinite(asked) ? Math.max(asked, shortestWait) : shortestWait * 2 ** (attempt - 1);
  return wait <= longestWait ? wait : undefined;
}

function passed(wait: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, wait);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
