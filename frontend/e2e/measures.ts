import type { Page } from "playwright-core";

/** A small telephone. */
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Whether something makes the page wider than the screen. A phone then zooms out, so its own measures tell nothing. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return (await page.evaluate(() => document.documentElement.scrollWidth)) > page.viewportSize()!.width;
}

/** What can be touched, is in sight and is smaller than 44 px one way or the other. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a, select, input")]
      .filter((element) => !element.closest(".skip, label") && element.checkVisibility())
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && Math.round(Math.min(box.height, box.width)) < 44)
      .filter(({ element }) => !element.matches(".title, .link-button, .ql-ui")) // they have room around them
      .map(({ element, box }) => `${element.className} ${Math.round(box.width)}×${Math.round(box.height)}`),
  );
}
