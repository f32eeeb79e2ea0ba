import type { CDPSession } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { DocKind } from "../src/client/types.ts";
import { converged } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

/** What an input method does: shows a text that it may still change. */
function compose(session: CDPSession, text: string): Promise<unknown> {
  return session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
}

describe.each<DocKind>(["rich", "text"])("composing in a %s document", (kind) => {
  it("is not disturbed by others, and nothing is lost on either side", async () => {
    const id = await stage.server.create(kind);
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.toEnd();
    await ana.type("left right");
    await ben.sees("right");
    await ana.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
    const session = await ana.context.newCDPSession(ana.page);
    await compose(session, "に");
    await ben.toStart();
    await ben.type("before ");
    await compose(session, "にほ");
    await ben.toEnd();
    await ben.type(" after");
    await compose(session, "にほん");
    await session.send("Input.insertText", { text: "日本" });
    const text = await converged(stage.server, id, ana, ben);
    expect(text.trim()).toBe("before left 日本right after");
    await ana.type("😀");
    expect((await converged(stage.server, id, ana, ben)).trim()).toBe("before left 日本😀right after");
  });

  it("can be given up", async () => {
    const id = await stage.server.create(kind);
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.toEnd();
    await ana.type("word");
    await ben.sees("word");
    const session = await ana.context.newCDPSession(ana.page);
    await compose(session, "かな");
    await ben.toStart();
    await ben.type("a ");
    await compose(session, "");
    await ana.type("!");
    expect((await converged(stage.server, id, ana, ben)).trim()).toBe("a word!");
  });
});
