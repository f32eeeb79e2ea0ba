import { lengthOf, type Op } from "../../ot/op.ts";

/** Where a change has changed something, in units of the document after it; at most `most` places, the first among them. */
export function changedPlaces(change: Op, most: number): readonly number[] {
  const places: number[] = [];
  let at = 0;
  for (const component of change) {
    const retain = "retain" in component;
    if ((!retain || component.attributes !== undefined) && places.at(-1) !== at) places.push(at);
    if (!("delete" in component)) at += lengthOf(component);
  }
  if (places.length <= most) return places;
  const every = places.length / most;
  return Array.from({ length: most }, (_, index) => places[Math.floor(index * every)]!);
}
