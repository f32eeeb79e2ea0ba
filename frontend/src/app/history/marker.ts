import type { PlacedSpan } from "./blame-spans.ts";
import type { MarkedText } from "./marks-host.ts";

/** Draws the colours of authors on a text, beside the document: nothing of them gets into it. */
export interface Marker {
  /** Draws these stretches and no others; those without an author are left as they are. */
  mark(spans: readonly PlacedSpan[]): void;
  /** Draws a frame around one stretch, or around none. */
  point(span: { readonly from: number; readonly to: number } | undefined): void;
  /** Takes all away, for good: nothing is drawn until it is asked to again. */
  clear(): void;
}

const markers = new WeakMap<MarkedText, Promise<Marker>>();

/** The marker of a view: always the same one. It is loaded with what the view has loaded anyway. */
export function markerOf(view: MarkedText): Promise<Marker> {
  const known = markers.get(view);
  if (known) return known;
  const loading = load(view);
  markers.set(view, loading);
  loading.catch(() => markers.delete(view)); // it may be there the next time
  return loading;
}

async function load(view: MarkedText): Promise<Marker> {
  if (view.kind === "rich") return new (await import("./marker-rich.ts")).RichMarker(view);
  return new (await import("./marker-text.ts")).TextMarker(view);
}
