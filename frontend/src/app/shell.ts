import { buildMeta, claim, lockOf } from "../sw/names.ts";

/**
 * Lets the pages start without a network from now on: registers the service worker, once the page has loaded, and says
 * that parts of this page's build are needed for as long as the page lives. Where there are no workers (an old browser, a
 * private window, plain HTTP on another address than this machine's) all works as before, but for that.
 */
export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  const build = document.querySelector<HTMLMetaElement>(`meta[name=${buildMeta}]`)?.content;
  if (build) void navigator.locks?.request(lockOf(build), { mode: "shared" }, () => new Promise(() => {})).catch(quiet);
  const { serviceWorker } = navigator;
  const register = (): void => {
    serviceWorker.register("/sw.js").catch(quiet);
    // A page that was loading while the worker took over has been left out.
    void serviceWorker.ready.then(({ active }) => serviceWorker.controller ?? active?.postMessage(claim)).catch(quiet);
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

/** Nobody who writes can do anything about it; the browser's tools tell. */
function quiet(): void {}
