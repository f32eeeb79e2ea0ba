// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Status } from "../client/types.ts";
import { StatusLine } from "./status.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the status line", () => {
  const shows = (...statuses: Status[]) => {
    const statusLine = new StatusLine(() => {});
    const status = statusLine.element.querySelector<HTMLElement>('[role="status"]')!;
    return statuses.map((each) => {
      statusLine.show(each);
      return [status.dataset.state, status.textContent];
    });
  };

  it("does not flicker at every key, and tells when saving takes long", () => {
    expect(shows({ state: "saved", unsent: 0 }, { state: "saving", unsent: 1 }, { state: "saved", unsent: 0 })).toEqual(
      [
        ["saved", "Saved"],
        ["saving", "Saved"],
        ["saved", "Saved"],
      ],
    );
    expect(shows({ state: "saving", unsent: 12 })).toEqual([["saving", "Saving… · 12 unsent"]]);
  });

  it("says at once that the server cannot write, with what waits, and is back by itself", () => {
    expect(
      shows(
        { state: "saving", unsent: 1, storeDown: true },
        { state: "saving", unsent: 30, storeDown: true },
        { state: "saved", unsent: 0, storeDown: true }, // all that there is, is saved
        { state: "saved", unsent: 0 },
        { state: "reconnecting", unsent: 3, storeDown: true },
      ),
    ).toEqual([
      ["saving", "Saving… the server cannot write at the moment; nothing is lost · 1 unsent"],
      ["saving", "Saving… the server cannot write at the moment; nothing is lost · 30 unsent"],
      ["saved", "Saved"],
      ["saved", "Saved"],
      ["reconnecting", "Reconnecting… · 3 unsent"],
    ]);
  });

  it("says that this device keeps nothing, but only while something is at risk", () => {
    expect(
      shows(
        { state: "saved", unsent: 0, unkept: true },
        { state: "reconnecting", unsent: 0, unkept: true },
        { state: "offline", unsent: 2, unkept: true },
        { state: "offline", unsent: 2 },
      ),
    ).toEqual([
      ["saved", "Saved"],
      ["reconnecting", "Reconnecting… · not kept on this device"],
      ["offline", "Offline · 2 unsent · not kept on this device"],
      ["offline", "Offline · 2 unsent"],
    ]);
  });

  it("says quietly that edits are taken later than they come", () => {
    const statusLine = new StatusLine(() => {});
    const status = statusLine.element.querySelector<HTMLElement>('[role="status"]')!;
    statusLine.show({ state: "saving", unsent: 3, slowed: true });
    expect(status.textContent).toBe("Connecting…");
    vi.advanceTimersByTime(400);
    expect(status.textContent).toBe("Saving… a little later than you type");
    statusLine.show({ state: "saved", unsent: 0, slowed: true });
    expect(status.textContent).toBe("Saved");
  });
});
