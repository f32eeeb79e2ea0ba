// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from "vitest";
import type { Op } from "../../client/types.ts";
import { DifferenceView } from "./difference-view.ts";
import { type Attribution, merged } from "./merged.ts";

const ana = { author: 0, revision: 4, at: 1000 };

function show(
  kind: "rich" | "text",
  a: Op,
  op: Op,
  layout: "column" | "sides" = "column",
  inserted: Attribution[] = [],
) {
  const view = new DifferenceView(kind);
  document.body.replaceChildren(view.element);
  view.show(merged(a, op, inserted, []), layout, ["A", "B"]);
  return view;
}

function rows(view: DifferenceView): string[] {
  return [...view.element.querySelectorAll<HTMLElement>(".difference-row")].map(
    (row) => `${row.dataset.fate} ${row.textContent}`,
  );
}

beforeEach(() => {
  document.body.replaceChildren();
});

describe("a difference on the page", () => {
  test("has what was inserted in <ins> and what was deleted in <del>", () => {
    const view = show("rich", [{ insert: "one two\n" }], [{ retain: 4 }, { insert: "2" }, { delete: 3 }]);
    expect(view.element.querySelector("p")!.innerHTML).toBe(
      'one <del class="mark mark-deleted" tabindex="-1">two</del><ins class="mark mark-inserted" tabindex="-1">2</ins>',
    );
    expect(view.changes).toHaveLength(1);
  });

  test("shows texts as they are, whatever they look like, and follows no address that runs code", () => {
    const evil = '<img src=x onerror="alert(1)"><script>alert(1)</script>';
    const op: Op = [
      { insert: evil, attributes: { link: "javascript:alert(1)" } },
      { insert: "x", attributes: { link: "https://example.org/" } },
    ];
    const view = show("rich", [{ insert: "\n" }], op);
    expect(view.element.querySelector("img, script")).toBeNull();
    expect(view.element.textContent).toContain(evil);
    expect([...view.element.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([
      "https://example.org/",
    ]);
  });

  test("looks as the editor does: headings, lists with their numbers, code, alignment", () => {
    const a: Op = [
      { insert: "Title" },
      { insert: "\n", attributes: { header: 1 } },
      { insert: "one" },
      { insert: "\n", attributes: { list: "ordered" } },
      { insert: "inner" },
      { insert: "\n", attributes: { list: "ordered", indent: 1 } },
      { insert: "two" },
      { insert: "\n", attributes: { list: "ordered" } },
      { insert: "x = 1" },
      { insert: "\n", attributes: { "code-block": true } },
      { insert: "right" },
      { insert: "\n", attributes: { align: "right" } },
    ];
    const view = show("rich", a, [{ insert: "new " }]);
    expect(view.element.querySelector("h1")!.textContent).toBe("new Title");
    const numbers = [...view.element.querySelectorAll<HTMLElement>(".ql-ui")].map((mark) => mark.dataset.number);
    expect(numbers).toEqual(["1.", "a.", "2."]);
    expect(view.element.querySelector(".ql-code-block-container > .ql-code-block")!.textContent).toBe("x = 1");
    expect(view.element.querySelector("p.ql-align-right")!.textContent).toBe("right");
  });

  test("a list that lost a line numbers each side for itself", () => {
    const item = { insert: "\n", attributes: { list: "ordered" } };
    const a: Op = [{ insert: "one" }, item, { insert: "two" }, item, { insert: "three" }, item];
    const numbers = (layout: "column" | "sides") =>
      [...show("rich", a, [{ delete: 4 }], layout).element.querySelectorAll<HTMLElement>(".ql-ui")].map(
        (mark) => mark.dataset.number,
      );
    expect(numbers("column")).toEqual(["1.", "1.", "2."]);
    expect(numbers("sides")).toEqual(["1.", "2.", "1.", "3.", "2."]);
  });

  test("a line break that came or went is a sign, where the line itself stays", () => {
    expect(
      rows(show("text", [{ insert: "ab\ncd\n" }], [{ retain: 1 }, { insert: "\n" }, { retain: 1 }, { delete: 1 }])),
    ).toEqual(["changed 1a¶", "changed 1b¶", "same 22cd"]);
    expect(rows(show("text", [{ insert: "ab\n" }], [{ insert: "new\n" }]))).toEqual(["inserted 1new", "same 12ab"]);
  });

  test("images are framed, in words and in lines", () => {
    const view = show(
      "rich",
      [{ insert: { image: "/a" } }, { insert: "\n" }],
      [{ insert: { image: "/b" } }, { delete: 1 }],
    );
    const marks = [...view.element.querySelectorAll(".mark-embed")].map((mark) => [
      mark.localName,
      mark.querySelector("img")!.getAttribute("src"),
    ]);
    expect(marks).toEqual([
      ["del", "/a"],
      ["ins", "/b"],
    ]);
  });

  test("a click unfolds what is the same, and the steps go round", () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join("");
    const view = show("text", [{ insert: lines }], [{ insert: "x" }, { retain: lines.length }, { insert: "end" }]);
    expect(rows(view).length).toBeLessThan(12);
    view.element.querySelector<HTMLElement>(".difference-fold")!.click();
    expect(rows(view)).toHaveLength(31);
    const ends = [view.step(1), view.step(1), view.step(1), view.step(-1)].map((mark) => mark?.textContent);
    expect(ends).toEqual(["x", "end", "x", "end"]);
    expect(view.element.querySelectorAll(".mark-current")).toHaveLength(1);
  });

  test("each part tells who made it", () => {
    const view = show("text", [{ insert: "ab\n" }], [{ retain: 1 }, { insert: "xy" }], "sides", [
      { from: 1, units: 1, ...ana },
    ]);
    const [x, y] = view.element.querySelectorAll<HTMLElement>("ins");
    expect(view.at(x!)?.piece.credit).toEqual(ana);
    expect(view.at(y!)?.piece.credit).toBeUndefined();
    expect(view.at(view.element)).toBeUndefined();
  });
});
