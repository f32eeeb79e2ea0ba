/** The bar to find and replace text in a rich document. */
export const find = {
  findBar: "Find and replace",
  findText: "Find",
  findWith: "Replace with",
  findNext: "Next match",
  findPrevious: "Previous match",
  findCase: "Match case",
  findWord: "Whole words",
  findRegexp: "Regular expression",
  findReplace: "Replace",
  findReplaceAll: "Replace all",
  findClose: "Close",
  findCount: (at: number, of: number, more: boolean) => `${at} of ${of}${more ? "+" : ""}`,
  findNone: "No matches",
  findWrong: "Not a regular expression",
  findReplaced: (count: number) => (count === 1 ? "1 match replaced" : `${count} matches replaced`),
};
