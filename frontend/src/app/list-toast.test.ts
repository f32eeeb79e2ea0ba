// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./list-toast.ts";

let toasts: Toasts;
const texts = (): (string | undefined)[] => [...toasts.element.querySelectorAll("p")].map((each) => each.textContent);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "requestAnimationFrame"] });
  toasts = new Toasts();
  document.body.replaceChildren(toasts.element);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a toast stays for eight seconds and more, then goes", () => {
  toasts.show("Gone", () => {});
  vi.advanceTimersByTime(8_000);
  expect(texts()).toEqual(["Gone"]);
  vi.advanceTimersByTime(4_000);
  expect(texts()).toEqual([]);
});

test("its time does not run while the focus is in it", () => {
  toasts.show("Gone", () => {});
  vi.advanceTimersByTime(5_000);
  const undo = toasts.element.querySelector<HTMLButtonElement>(".toast-undo")!;
  undo.focus();
  undo.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
  vi.advanceTimersByTime(60_000);
  expect(texts()).toEqual(["Gone"]);
  undo.blur();
  undo.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  vi.advanceTimersByTime(4_000);
  expect(texts()).toEqual(["Gone"]);
  vi.advanceTimersByTime(2_000);
  expect(texts()).toEqual([]);
});

test("the last thing is undone first, each once, even when its toast is gone", () => {
  const undone: string[] = [];
  for (const name of ["one", "two", "three"]) toasts.show(name, () => undone.push(name));
  expect(texts()).toEqual(["one", "two", "three"]);
  expect(toasts.undoLast()).toBe(true);
  expect(texts()).toEqual(["one", "two"]);
  toasts.element.querySelectorAll<HTMLButtonElement>(".toast-undo")[0]!.click();
  vi.advanceTimersByTime(60_000);
  expect(toasts.undoLast()).toBe(true);
  expect(toasts.undoLast()).toBe(false);
  expect(undone).toEqual(["three", "one", "two"]);
});

test("there are four at a time, and all can be undone", () => {
  let undone = 0;
  for (let index = 0; index < 6; index++) toasts.show(`${index}`, () => undone++);
  expect(texts()).toEqual(["2", "3", "4", "5"]);
  while (toasts.undoLast());
  expect(undone).toBe(6);
  expect(texts()).toEqual([]);
});

test("a toast can be closed, and undoes nothing by that", () => {
  let undone = 0;
  toasts.show("Gone", () => undone++);
  toasts.element.querySelector<HTMLButtonElement>("[aria-label=Close]")!.click();
  expect(texts()).toEqual([]);
  expect(undone).toBe(0);
});
