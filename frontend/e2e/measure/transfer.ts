import type { Page } from "playwright-core";

/** What a page loaded until it was ready. */
export interface Transfer {
  /** Bytes of all answers as they came over the network, compressed, with their headers. */
  readonly bytes: number;
  readonly requests: number;
}

/** Counts what comes to a page from now on, while `until` runs. Sockets are not counted: what they bring is content. */
export async function transferOf(page: Page, until: () => Promise<unknown>): Promise<Transfer> {
  const devtools = await page.context().newCDPSession(page);
  let bytes = 0;
  let requests = 0;
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests++;
  });
  await devtools.send("Network.enable");
  await until();
  await page.waitForLoadState("networkidle");
  await devtools.detach();
  return { bytes, requests };
}
