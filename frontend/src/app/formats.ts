import type { DocKind } from "../client/types.ts";
import { ApiError } from "./request.ts";

/** A kind of file that a document can be had as. */
export type FileFormat = "text" | "markdown" | "html" | "docx" | "delta" | "history";

/** Those that make sense for a kind of document, in the order of a menu. */
export function formatsFor(kind: DocKind): readonly FileFormat[] {
  return kind === "rich"
    ? ["docx", "markdown", "html", "text", "delta", "history"]
    : ["text", "html", "docx", "delta", "history"];
}

/** Where a document is had as a file; of a revision, by default the latest. */
export function exportAddress(id: string, format: FileFormat, revision?: number): string {
  const at = revision === undefined ? "" : `&revision=${revision}`;
  return `/api/docs/${encodeURIComponent(id)}/export?format=${format}${at}`;
}

const types: ReadonlyMap<string, string> = new Map([
  ["md", "text/markdown"],
  ["markdown", "text/markdown"],
  ["html", "text/html"],
  ["htm", "text/html"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["json", "application/json"],
  ["txt", "text/plain"],
  ["text", "text/plain"],
  ["history.gz", "application/gzip"],
]);

/** The most bytes of a file that a document is made of; the server looks, too. */
export const importBytes = 20 * 1024 * 1024;
/** The most files that are taken at once. */
export const mostImports = 100;

/** What a person is offered to choose from. */
export const importAccept = `${[...types.keys()].map((name) => `.${name}`).join(",")},.gz,text/*`;

/** What a file is sent as, by its name, and else by what the system takes it for; undefined if it can be no document. */
export function importType(file: Pick<File, "name" | "type">): string | undefined {
  const known = types.get(extensionOf(file.name));
  if (known !== undefined) return known;
  return file.type.startsWith("text/") ? "text/plain" : undefined;
}

/** The title of a document that is made of a file: its name without what tells its format. */
export function importTitle(name: string): string {
  const extension = extensionOf(name);
  const bare = types.has(extension) ? name.slice(0, -extension.length - 1) : name;
  return [...bare].slice(0, 200).join("");
}

function extensionOf(name: string): string {
  return /\.(history\.gz|[^.]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** A file that came, with its name. */
interface Fetched {
  readonly name: string;
  readonly file: Blob;
}

/** Asks for a document as a file. Fails by an ApiError. */
export async function fetchExport(address: string): Promise<Fetched> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new ApiError(0, "unreachable", String(error));
  }
  if (!response.ok) {
    const answer = (await response.json().catch(() => undefined)) as
      | { error?: { code?: string; message?: string } }
      | undefined;
    const { code = "internal", message = response.statusText } = answer?.error ?? {};
    throw new ApiError(response.status, code, message);
  }
  return { name: nameOf(response.headers.get("content-disposition") ?? ""), file: await response.blob() };
}

/** The name of a file as a header tells it (RFC 8187). */
export function nameOf(disposition: string): string {
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1] ?? "";
  try {
    return decodeURIComponent(coded) || "document";
  } catch {
    return "document";
  }
}

/** Gives the person a file. */
export function save({ name, file }: Fetched): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser has it by then
}
