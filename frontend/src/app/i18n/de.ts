import { common } from "./de/common.ts";
import { copies } from "./de/copies.ts";
import { editor } from "./de/editor.ts";
import { find } from "./de/find.ts";
import { formats } from "./de/formats.ts";
import { history } from "./de/history.ts";
import { historyMarks } from "./de/history-marks.ts";
import { images } from "./de/images.ts";
import { list } from "./de/list.ts";
import { people } from "./de/people.ts";
import { toolbar } from "./de/toolbar.ts";

export const de = {
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
