import type { ListState } from "./list-state.ts";

/** Selects a row, or no longer. */
export function toggled(state: ListState, id: string): ListState {
  const selected = new Set(state.selected);
  if (!selected.delete(id)) selected.add(id);
  return { ...state, selected, anchor: id };
}

/** Selects all rows from the last one that was selected to this one, beside those that are. */
export function extended(state: ListState, id: string): ListState {
  const from = state.anchor === undefined ? -1 : state.order.indexOf(state.anchor);
  const to = state.order.indexOf(id);
  if (from < 0 || to < 0) return toggled(state, id);
  const range = state.order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ...state, selected: new Set([...state.selected, ...range]) };
}

export function allSelected(state: ListState): ListState {
  return { ...state, selected: new Set(state.order) };
}

export function noneSelected(state: ListState): ListState {
  return state.selected.size === 0 ? state : { ...state, selected: new Set(), anchor: undefined };
}

/** What an action on a row is meant for: all that are selected if it is one of them, else it alone. */
export function meant(state: ListState, id: string): readonly string[] {
  return state.selected.has(id) ? state.order.filter((each) => state.selected.has(each)) : [id];
}
