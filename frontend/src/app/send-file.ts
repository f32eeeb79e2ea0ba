import { ApiError } from "./request.ts";

/** A file that a document holds. */
export interface StoredFile {
  readonly url: string;
  readonly type: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

/** The most that a file may say of itself in an answer, so that a wrong server cannot fill the page. */
const longestAddress = 2048;

/**
 * Stores a file with a document, and tells how much of it has left, from 0 to 1. Fails by an ApiError, and by an
 * AbortError when `signal` ends it. By XMLHttpRequest, because fetch does not tell how far it is.
 */
export function sendFile(
  id: string,
  file: File,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/docs/${encodeURIComponent(id)}/files`);
    request.setRequestHeader("content-type", file.type);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const answer = request.response as (Partial<StoredFile> & { error?: { code?: string; message?: string } }) | null;
      const url = answer?.url;
      if (request.status === 201 && typeof url === "string" && url.startsWith("/") && url.length <= longestAddress) {
        resolve(answer as StoredFile);
      } else {
        const { code = "internal", message = request.statusText } = answer?.error ?? {};
        reject(new ApiError(request.status, code, message));
      }
    });
    request.addEventListener("error", () => reject(new ApiError(0, "unreachable", "no answer")));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
