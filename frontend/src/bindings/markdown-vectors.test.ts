import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalize, type Op } from "../ot/op.ts";
import { markdownOf, opOfMarkdown } from "./markdown.ts";
import { viewOf } from "./markdown-view.ts";
import { RichDice } from "./testing.ts";

/** A document with its Markdown, or without `document` Markdown of anybody; `view` is what is read of it. */
interface Vector {
  readonly document?: Op;
  readonly markdown: string;
  readonly view: Op;
}

const file = new URL("../../../formats/testdata/markdown.jsonl", import.meta.url);

/** The server exports and imports Markdown too, and must write and read what the source pane does: package formats of Go. */
describe("Markdown, here and on the server", () => {
  const rewrite = Number(process.env.COLLABD_VECTORS ?? 0);
  if (rewrite > 0) {
    const lines = vectors(rewrite).map((vector) => `${JSON.stringify(vector)}\n`);
    writeFileSync(process.env.COLLABD_VECTORS_FILE ?? file, lines.join(""));
  }

  const known = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Vector);

  it("is written as the vectors say", () => {
    for (const { document, markdown } of known) if (document) expect(markdownOf(document)).toBe(markdown);
  });

  it("is read as the vectors say", () => {
    for (const { markdown, view } of known) expect(normalize(opOfMarkdown(markdown)), markdown).toEqual(view);
  });
});

/** Vectors for the server: some by hand, `count` of random documents and as many of random text. */
function vectors(count: number): Vector[] {
  const made: Vector[] = byHand.map((markdown) => ({ markdown, view: normalize(opOfMarkdown(markdown)) }));
  for (const text of written) {
    const document: Op = [{ insert: `${text}\n` }];
    made.push({ document, markdown: markdownOf(document), view: document });
  }
  for (let n = 0; n < count; n++) {
    const document = normalize(new RichDice(n).richDocument(n % 2 === 0));
    made.push({ document, markdown: markdownOf(document), view: normalize(viewOf(document)) });
    const markdown = new RichDice(n).markdown();
    made.push({ markdown, view: normalize(opOfMarkdown(markdown)) });
  }
  return made;
}

/** Text that is written with as few backslashes as it takes. */
const written: readonly string[] = [
  "&_; &a_b; &a_; &#_; &#a; &é;",
  "* a * b*c _a_ b_c",
  "~ ~~ a~b ~",
  "<a < a </ <! <1",
];

const byHand: readonly string[] = [
  "",
  "\n",
  "a",
  "\n\n\n\na\n\n\n\n\n\nb\n\n\n",
  "Title\n=====\nsoft\nwrapped  \nhard\\\nbreak\n\nSub\n---\n",
  "* a\n  * b\n    * c\n\n  \n* d\n1) one\n2) two\n   - three\n",
  "- [ ] a\n- [x] b\n    - [X] c\n- [y] d\n- [ ]\n",
  "~~~ JavaScript x\n*\n~~~\n\n```c++\n  a\n\n\tb\n```\n\n````\n```\n````\n",
  "  ```\n  a\n   b\n  ```\n",
  "```\nnever closed\n",
  "> q\n> > r\n>\n>\n>\n> s\n> # no heading\nt\n",
  "***\n---\n___\n- - -\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n",
  "__b__ _i_ ***both*** **b*i*b** *i**b**i* ~~s~~ ~no~ a*b*c snake_case_x 2 * 3",
  "*a **b** c* **a *b* c** ***a* b** ***a** b* *a ***b*** c*",
  "<https://a.example/> <mailto:a@b.example> <ftp://a.example> <b>no</b> a<hr>b <HR>",
  '[a](https://a.example/) [b](<https://a.example/x y> "title") [c](/d/(e)f) [d](javascript:alert(1)) [e]() [f',
  "![](/files/a/b) ![alt](https://a.example/x.png) ![](data:image/png;base64,AA) ![x",
  "[@Ana](mention:u_1) [@](mention:u_1) [Ana](mention:u_1) [@Ana](mention:../x) [@A *b*](mention:u)",
  "$`x^2`$ $x$ $``a`b``$ `$` $`` $` ``code `with` ticks`` ` `` `",
  "&amp; &lt;b&gt; &#32; &#x1F600; &#xD800; &#0; &copy; &nbsp; &#9;",
  "\\*a\\* \\\\ \\a \\[x\\](y) \\<b> \\&amp;",
  "# a #\n## b ##\n### c#\n#### \\#\n#d\n####### e\n#\n",
  "\ta\n    b\n     - c\n        d\n",
  "a\n- b\n1. c\n2. d\ne\n2. f\n",
  "\u00a0a\u00a0\n\u2028b\u2028\n",
  "a\r\nb\rc\u0000\u007f\ufeffde",
  "[a [b](/c) d](/e) [![](/i)](/j) ![a [b](/c)](/d)",
  "**a\n\nb** *c [d* e](/f) `g **h` i**",
  "1. a\n\n\n\n2. b\n\n\n3. c\n",
];
