/** Colours that can be told apart; white can be read on each, and each can be seen on light and on dark paper. */
export const colors: readonly string[] = [
  "#c2335b",
  "#b84d14",
  "#8f6a08",
  "#3f7a1a",
  "#0f7d67",
  "#1a7596",
  "#3b6bd0",
  "#6f5bd6",
  "#a24cc0",
  "#75665b",
];
