import type { DocKind, User } from "../client/types.ts";
import { request } from "./request.ts";

export { ApiError } from "./request.ts";

/** Somebody as lists show them. */
export type Face = Pick<User, "id" | "name" | "color">;

/** A part of a text from one place to another, in UTF-16 code units. */
export type Range = readonly [from: number, to: number];

/** Where the words of a search are in a document. `text` is a piece of its content, `ranges` are in that piece. */
export interface Match {
  readonly title: readonly Range[];
  readonly text: string;
  readonly ranges: readonly Range[];
}

/** A document as the server lists it. Times are RFC 3339. */
export interface DocumentInfo {
  readonly id: string;
  readonly kind: DocKind;
  readonly title: string;
  readonly created_at: string;
  readonly edited_at: string;
  /** The id of its folder; empty when it is in none. */
  readonly folder: string;
  /** Whether the viewer has pinned it. */
  readonly pinned: boolean;
  readonly trashed_at?: string | undefined;
  readonly last_editor?: Face | undefined;
  /** Those who have it open now, at most 8. */
  readonly peers: readonly Face[];
  /** Only in the answer to a search. */
  readonly match?: Match | undefined;
}

/** A part of the list, and where the next one begins. */
export interface DocumentPage {
  readonly docs: readonly DocumentInfo[];
  /** The cursor for the rest; empty at the end. */
  readonly next: string;
}

/** Which documents to list, and in which order. */
export interface DocumentQuery {
  /** Words to search for; empty for all documents. */
  readonly q: string;
  /** The id of a folder, or empty for all. */
  readonly folder: string;
  readonly view: "all" | "pinned" | "trash";
  readonly sort: "edited" | "created" | "name";
}

/** What can be changed of a document; what is left out stays. */
export interface DocumentChange {
  readonly title?: string;
  readonly folder?: string;
  readonly pinned?: boolean;
  readonly trashed?: boolean;
}

export interface Folder {
  readonly id: string;
  readonly name: string;
  /** How many documents are in it. */
  readonly documents: number;
}

/** The most characters that a search may have. */
export const maxQuery = 200;
/** The most characters of the name of a folder. */
export const maxFolderName = 80;
/** The most characters of a title. */
export const maxTitle = 200;

/** At most `limit` (up to 200) documents of a list, from the cursor `after` on. */
export async function listDocuments(
  query: DocumentQuery,
  { after = "", limit = 50, signal }: { after?: string; limit?: number; signal?: AbortSignal } = {},
): Promise<DocumentPage> {
  const parameters = new URLSearchParams({ limit: String(limit) });
  if (query.q) parameters.set("q", query.q);
  if (query.folder) parameters.set("folder", query.folder);
  if (query.view !== "all") parameters.set("view", query.view);
  if (query.sort !== "edited") parameters.set("sort", query.sort);
  if (after) parameters.set("after", after);
  const page = await request<DocumentPage>("GET", `/api/docs?${parameters}`, signal ? { signal } : {});
  return { docs: page.docs.map(whole), next: page.next };
}

export async function createDocument(kind: DocKind): Promise<DocumentInfo> {
  return whole(await request<DocumentInfo>("POST", "/api/docs", { body: { title: "", kind } }));
}

export async function getDocument(id: string): Promise<DocumentInfo> {
  return whole(await request<DocumentInfo>("GET", documentPath(id)));
}

export async function changeDocument(id: string, change: DocumentChange): Promise<DocumentInfo> {
  return whole(await request<DocumentInfo>("PATCH", documentPath(id), { body: change }));
}

/** Gives a document a title; with `was` only while it has that one, else it fails with `title_changed`. */
export async function renameDocument(id: string, title: string, was?: string): Promise<DocumentInfo> {
  const body = { title, ...(was !== undefined && { title_was: was }) };
  return whole(await request<DocumentInfo>("PATCH", documentPath(id), { body }));
}

export async function listFolders(): Promise<readonly Folder[]> {
  return (await request<{ readonly folders: readonly Folder[] }>("GET", "/api/folders")).folders;
}

export function createFolder(name: string): Promise<Folder> {
  return request("POST", "/api/folders", { body: { name } });
}

export function renameFolder(id: string, name: string): Promise<Folder> {
  return request("PATCH", folderPath(id), { body: { name } });
}

/** Removes a folder; its documents are then in none. */
export async function deleteFolder(id: string): Promise<void> {
  await request("DELETE", folderPath(id));
}

export function getMe(): Promise<User> {
  return request("GET", "/api/me");
}

export function updateMe(change: { readonly name?: string; readonly color?: string }): Promise<User> {
  return request("PATCH", "/api/me", { body: change });
}

/** A document with all its fields, from a server or a cache that may leave out what is empty. */
export function whole(doc: DocumentInfo): DocumentInfo {
  return { ...doc, folder: doc.folder ?? "", pinned: doc.pinned ?? false, peers: doc.peers ?? [] };
}

function documentPath(id: string): string {
  return `/api/docs/${encodeURIComponent(id)}`;
}

function folderPath(id: string): string {
  return `/api/folders/${encodeURIComponent(id)}`;
}
