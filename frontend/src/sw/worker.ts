import { assets, build } from "./build.ts";
import { cacheOf, claim } from "./names.ts";
import { dropped, isPageOf, networkFirst, shellFor, shells } from "./shell.ts";

/**
 * The service worker: pages start without a network, and a page of an older build finds its parts when the server has only
 * newer ones. It keeps pages and assets, the same for everybody, and nothing that the API or /files answers.
 */
declare const self: ServiceWorkerGlobalScope;

/** How long the server may take to answer before a kept page is shown, in milliseconds. */
const patience = 3_000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("message", (event) => {
  if (event.data === claim) event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const shell = request.mode === "navigate" ? shellFor(pathname) : undefined;
  if (shell) event.respondWith(page(event, shell));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

/** All or nothing: a build of which a part is missing does not become the one that pages start from. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheOf(build));
  await Promise.all([
    ...Object.values(shells).map(async (path) => {
      const response = await fetched(new Request(path, { cache: "no-store" }));
      if (!isPageOf(build, await response.clone().text())) throw new Error(`${path} is of another build`);
      await cache.put(path, response);
    }),
    ...assets.map(async (path) => cache.put(path, (await kept(path)) ?? (await fetched(new Request(path))))),
  ]);
  await self.skipWaiting(); // no page is loaded again for it: each finds its own build's parts under any worker
}

async function activate(): Promise<void> {
  await self.registration.navigationPreload?.enable();
  const { held = [] } = await navigator.locks.query();
  const locks = new Set(held.map((lock) => lock.name ?? ""));
  for (const name of dropped(await caches.keys(), build, locks)) await caches.delete(name);
  await self.clients.claim(); // also the page that was there before any worker, which may outlive its build as well
}

async function fetched(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (!response.ok || response.redirected) throw new Error(`${request.url}: ${response.status}`);
  return response;
}

/** From the cache of any build: names change with the content. */
function kept(path: string | Request): Promise<Response | undefined> {
  return caches.match(path, { ignoreVary: true });
}

async function asset(request: Request): Promise<Response> {
  return (await kept(request)) ?? fetch(request);
}

function page(event: FetchEvent, shell: string): Promise<Response> {
  const network = fromNetwork(event);
  event.waitUntil(network.catch(() => {})); // though it may come too late
  const own = async (): Promise<Response | undefined> => (await caches.open(cacheOf(build))).match(shell);
  return networkFirst(network, own, new Promise((resolve) => setTimeout(resolve, patience)));
}

/** The answer that the browser has asked for while this worker started, or one that is asked for now. */
async function fromNetwork(event: FetchEvent): Promise<Response> {
  const preloaded: Response | undefined = await event.preloadResponse;
  return preloaded ?? fetch(event.request);
}
