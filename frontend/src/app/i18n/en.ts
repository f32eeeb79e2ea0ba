import { common } from "./en/common.ts";
import { copies } from "./en/copies.ts";
import { editor } from "./en/editor.ts";
import { find } from "./en/find.ts";
import { formats } from "./en/formats.ts";
import { history } from "./en/history.ts";
import { historyMarks } from "./en/history-marks.ts";
import { images } from "./en/images.ts";
import { list } from "./en/list.ts";
import { people } from "./en/people.ts";
import { toolbar } from "./en/toolbar.ts";

export const en = {
  ...common,
  ...list,
  ...editor,
  ...copies,
  ...people,
  ...toolbar,
  ...find,
  ...formats,
  ...images,
  ...history,
  ...historyMarks,
};
