import { describe, expect, it } from "vitest";
import { compose } from "../ot/compose.ts";
import { normalize, type Op } from "../ot/op.ts";
import { diffDocuments } from "./diff.ts";
import { opOfMarkdown } from "./markdown.ts";
import { diffText, sourceOf, sync } from "./markdown-source.ts";
import { viewOf } from "./markdown-view.ts";
import { RichDice } from "./testing.ts";

const seed = Number(process.env.COLLABD_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe("the Markdown of a document", () => {
  const document: Op = [
    { insert: "red", attributes: { color: "#ff0000" } },
    { insert: " and " },
    { insert: "under", attributes: { underline: true } },
    { insert: "\n", attributes: { align: "center" } },
    { insert: { mention: { id: "u1", name: "Ana" } } },
    { insert: "\n" },
  ];

  it("leaves what it cannot say where nothing was touched", () => {
    const source = sourceOf(document);
    expect(source.text).toBe("red and under\n\n[@Ana](mention:u1)\n");
    const { edit } = sync(source, "**red** and under\n\n[@Ana](mention:u1)!\n", document);
    expect(edit).toEqual([{ retain: 3, attributes: { bold: true } }, { retain: 12 }, { insert: "!" }]);
    expect(sync(source, source.text, document).edit).toEqual([]);
  });

  it("is merged with what others did meanwhile, in the person's own way of writing", () => {
    const source = sync(sourceOf([{ insert: "one\ntwo\n" }]), "one\n\n__two__\n", [{ insert: "one\ntwo\n" }]).source;
    const theirs: Op = compose(source.document, [{ retain: 3 }, { insert: " more" }]);
    const { edit, source: after } = sync(source, "one\n\n__two__ own\n", theirs);
    expect(after.text).toBe("one more\n\n__two__ own\n");
    expect(compose(theirs, edit)).toEqual([
      { insert: "one more\n" },
      { insert: "two", attributes: { bold: true } },
      { insert: " own\n" },
    ]);
  });

  it(`loses nothing of either side, and always says the document (COLLABD_SEED=${seed})`, () => {
    for (let n = 0; n < 200; n++) {
      const dice = new RichDice(seed + n);
      let document = dice.richDocument(true);
      let source = sourceOf(document);
      for (let step = 0; step < 3; step++) {
        const remote = diffDocuments(
          document,
          dice.int(0, 1) ? document : normalize([...dice.richDocument(true), ...document]),
        );
        const text = dice.int(0, 1) ? source.text : `${source.text}\n${dice.markdown()}\nown${step}`;
        document = compose(document, remote);
        const synced = sync(source, text, document);
        document = compose(document, synced.edit);
        source = synced.source;
        const note = `COLLABD_SEED=${seed + n}`;
        expect(normalize(source.document), note).toEqual(normalize(document));
        expect(normalize(opOfMarkdown(source.text)), note).toEqual(normalize(viewOf(document)));
      }
    }
  }, 60_000);
});

it(`one text is made of another (COLLABD_SEED=${seed})`, () => {
  for (let n = 0; n < 200; n++) {
    const dice = new RichDice(seed + n);
    const [from, to] = [dice.markdown(), dice.markdown()];
    expect(compose([{ insert: from }], diffText(from, to)), `COLLABD_SEED=${seed + n}`).toEqual(
      to === "" ? [] : [{ insert: to }],
    );
  }
});
