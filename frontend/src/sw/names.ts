/** The name of the cache that holds the pages and assets of one build. */
export function cacheOf(build: string): string {
  return `collabd ${build}`;
}

/** The name of the lock that each page holds, shared, while it lives: it says that assets of its build are needed. */
export function lockOf(build: string): string {
  return `collabd build ${build}`;
}

/** The name of the `<meta>` element in which a page has the id of its build. */
export const buildMeta = "collabd-build";

/** What a page that no worker is in charge of says to the worker. */
export const claim = "claim";
