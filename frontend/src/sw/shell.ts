import { buildMeta, cacheOf, lockOf } from "./names.ts";

/**
 * The pages that start without a network, by the address that each is asked for and kept under. The server gives the same
 * page for all documents, and nothing in it is anybody's: the content comes later, from the server or from the journal.
 */
export const shells = { list: "/", editor: "/d/shell" } as const;

/** Which kept page stands for the one at this path; none for all else, such as /api and /files, which is never kept. */
export function shellFor(path: string): string | undefined {
  if (path === "/") return shells.list;
  return /^\/d\/[^/]+\/?$/.test(path) ? shells.editor : undefined;
}

/** Whether this is a page of this build: a server that is being replaced by a newer one may give one of the other. */
export function isPageOf(build: string, html: string): boolean {
  return html.includes(`<meta name="${buildMeta}" content="${build}">`);
}

/**
 * Which caches are not needed any more. `names` are all there are, the oldest first, as `caches.keys()` tells them; `own`
 * is the build that takes over; `locks` are the names of all locks that pages hold. Kept are those of builds that a page
 * was loaded from and that it may yet load parts of, and the one before: its page may be on its way.
 */
export function dropped(names: readonly string[], own: string, locks: ReadonlySet<string>): string[] {
  const others = names.filter((name) => name.startsWith(cacheOf("")) && name !== cacheOf(own));
  return others.slice(0, -1).filter((name) => !locks.has(lockOf(name.slice(cacheOf("").length))));
}

/**
 * The page from the network, unless the server cannot be reached, has trouble (5xx), or is slower than `late`: then what
 * is kept, if anything is.
 */
export async function networkFirst(
  network: Promise<Response>,
  kept: () => Promise<Response | undefined>,
  late: Promise<unknown>,
): Promise<Response> {
  const answer = network.then(
    (response) => (response.status < 500 ? response : undefined),
    () => undefined,
  );
  return (await Promise.race([answer, late.then(() => undefined)])) ?? (await kept()) ?? network;
}
