/** Where somebody was in the list when they left it for a document. */
interface Place {
  /** From the top of the page, in CSS pixels. */
  readonly scroll: number;
  /** How many rows there were. */
  readonly rows: number;
  /** The id of the document whose row had the focus; empty if none had. */
  readonly row: string;
}

/** Remembers the place with the entry of the history, so that Back leads to it. `place` is asked when the page goes. */
export function rememberPlace(place: () => Place): void {
  addEventListener("pagehide", () => history.replaceState(place(), ""));
}

/** The place that was remembered for this entry of the history. */
export function rememberedPlace(): Place | undefined {
  const place = history.state as Partial<Place> | null;
  if (typeof place?.scroll !== "number" || typeof place.rows !== "number" || typeof place.row !== "string")
    return undefined;
  return { scroll: place.scroll, rows: place.rows, row: place.row };
}
