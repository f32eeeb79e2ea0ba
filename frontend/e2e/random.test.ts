import { describe, expect, it } from "vitest";
import type { RichEditor } from "../src/bindings/quill.ts";
import { randomOf } from "../src/ot/testing.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const seed = Number(process.env.COLLABD_SEED ?? Date.now() % 2 ** 31);
const rounds = 12;
const stepsARound = 6;

/** Does what a person may do to a rich document, at random: the numbers decide what, where and how. */
function act(numbers: readonly number[]): void {
  const { quill } = window.collabd!.editor as RichEditor;
  const int = (number: number, limit: number): number => Math.floor(number * limit);
  const pick = <T>(number: number, list: readonly T[]): T => list[int(number, list.length)]!;
  const whole = (position: number): number => {
    const around = quill.getText(Math.max(0, position - 1), 2);
    return position > 0 && /^[\ud800-\udbff][\udc00-\udfff]/.test(around) ? position + 1 : position;
  };
  for (let at = 0; at + 4 <= numbers.length; at += 4) {
    const [what, where, how, much] = numbers.slice(at, at + 4) as [number, number, number, number];
    const last = quill.getLength() - 1;
    const start = whole(int(where, last + 1));
    const length = Math.min(whole(Math.min(start + int(much, 12), last)), last) - start;
    const some = length > 0 ? length : whole(start + 1) - start; // for what needs something to work on
    quill.setSelection(start, Math.max(0, length), "user");
    const kind = int(what, 10);
    if (kind < 4) quill.insertText(start, pick(how, ["a", "b c", "\n", "x\ny", "😀", "𝒳!", "\t"]), "user");
    else if (kind === 4 && length > 0) quill.deleteText(start, length, "user");
    else if (kind === 5 && length > 0) quill.deleteText(start, quill.getLength() - start, "user");
    else if (kind === 6) {
      const [name, value] = pick<readonly [string, unknown]>(how, [
        ["bold", true],
        ["bold", false],
        ["link", "https://a.example/"],
        ["color", "#c2335b"],
        ["size", "huge"],
        ["script", "super"],
      ]);
      quill.formatText(start, some, name, value, "user");
    } else if (kind === 7) {
      const [name, value] = pick<readonly [string, unknown]>(how, [
        ["header", 1],
        ["header", 3],
        ["list", "bullet"],
        ["list", "checked"],
        ["blockquote", true],
        ["code-block", true],
        ["align", "center"],
        ["indent", "+1"],
        ["list", false],
      ]);
      quill.formatLine(start, some, name, value, "user");
    } else if (kind === 8) {
      quill.insertEmbed(
        start,
        ...pick<[string, unknown]>(how, [
          ["divider", true],
          ["image", "/assets/none.png"],
        ]),
        "user",
      );
    } else if (how < 0.5) quill.history.undo();
    else if (how < 0.8) quill.history.redo();
    else quill.removeFormat(start, some, "user");
  }
}

describe("anything that three people do to a rich document at once", () => {
  it(`leaves them with the same document, which is the server's (COLLABD_SEED=${seed})`, async () => {
    const random = randomOf(seed);
    const id = await stage.server.create("rich");
    const people: Person[] = await Promise.all([stage.person(), stage.person(), stage.person()]);
    await Promise.all(people.map((person) => person.open(stage.server.url, id)));
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        people.map((person) =>
          person.page.evaluate(
            act,
            Array.from({ length: 4 * stepsARound }, () => random()),
          ),
        ),
      );
      if (round % 4 === 3) await converged(stage.server, id, ...people);
    }
    const text = await converged(stage.server, id, ...people);
    expect(text.endsWith("\n")).toBe(true);
    for (const person of people) expect(await person.page.locator(".notice").count()).toBe(0); // nothing was refused
  });
});
