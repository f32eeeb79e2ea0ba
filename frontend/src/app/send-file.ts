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
 * AbortError when `signal` ends it.
 */
export async function sendFile(
  id: string,
  file: File,
  progress: (part: number) => void,
  signal: AbortSignal,
): Promise<StoredFile> {
  const answer = await send(`/api/docs/${encodeURIComponent(id)}/files`, file, file.type, progress, signal);
  const { url } = answer as Partial<StoredFile>;
  if (typeof url === "string" && url.startsWith("/") && url.length <= longestAddress) return answer as StoredFile;
  throw new ApiError(201, "internal", "no address");
}

/** A document that was made of a file. */
export interface ImportedDocument {
  readonly id: string;
  /** How many images were left out. */
  readonly dropped: number;
}

/** Makes a document of a file that is of a type. Tells and fails as sendFile does. */
export async function importFile(
  file: File,
  type: string,
  title: string,
  progress: (part: number) => void,
): Promise<ImportedDocument> {
  const answer = await send(`/api/docs/import?title=${encodeURIComponent(title)}`, file, type, progress);
  const { id, dropped = 0 } = answer as Partial<ImportedDocument>;
  if (typeof id === "string" && id !== "") return { id, dropped };
  throw new ApiError(201, "internal", "no document");
}

/** By XMLHttpRequest, because fetch does not tell how far it is. */
function send(
  path: string,
  file: File,
  type: string,
  progress: (part: number) => void,
  signal?: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("content-type", type);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const answer = request.response as { error?: { code?: string; message?: string } } | null;
      if (request.status === 201 && answer) {
        resolve(answer);
      } else {
        const { code = "internal", message = request.statusText } = answer?.error ?? {};
        reject(new ApiError(request.status, code, message));
      }
    });
    request.addEventListener("error", () => reject(new ApiError(0, "unreachable", "no answer")));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
