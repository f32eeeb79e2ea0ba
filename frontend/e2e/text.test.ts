import { describe, expect, it } from "vitest";
import type { TextEditor } from "../src/bindings/codemirror.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function two(): Promise<{ id: string; ana: Person; ben: Person }> {
  const id = await stage.server.create("text");
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
  return { id, ana, ben };
}

/** A change that no key makes, but an input method or an extension may. */
function change(person: Person, spec: { from: number; to?: number; insert?: string }): Promise<void> {
  return person.page.evaluate((changes) => {
    (window.collabd!.editor as TextEditor).view.dispatch({ changes });
  }, spec);
}

describe("a plain text document", () => {
  it("takes what two people type at once, an emoji and astral letters among it", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("middle\n");
    await ben.sees("middle");
    await ben.toEnd();
    await ana.toStart();
    await Promise.all([ana.type("const 😀 = 1;\n", 10), ben.type("𝒳 = '👩‍👩‍👧';\n", 10)]);
    const text = await converged(stage.server, id, ana, ben);
    expect(text).toContain("const 😀 = 1;\n");
    expect(text).toContain("𝒳 = '👩‍👩‍👧';\n");
  });

  it("takes what two people type at one place", async () => {
    const { id, ana, ben } = await two();
    await Promise.all([ana.toEnd(), ben.toEnd()]);
    await Promise.all([ana.type("aaaaaaaaaaaaaaaaaaaa", 6), ben.type("😀😀😀😀😀😀😀😀😀😀", 12)]);
    const text = await converged(stage.server, id, ana, ben);
    expect(text.replaceAll("😀", "")).toBe("a".repeat(20));
    expect(text).toHaveLength(40);
  });

  it("removes an emoji whole", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("x😀😁y");
    await ana.press("ArrowLeft", "Backspace", "Backspace");
    expect(await converged(stage.server, id, ana, ben)).toBe("xy");
    await ana.type("😀");
    await change(ana, { from: 2, to: 3 });
    expect(await converged(stage.server, id, ana, ben)).toBe("xy");
  });

  it("undoes one's own edits only", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("mine ");
    await ben.sees("mine ");
    await ben.toEnd();
    await ben.type("theirs ");
    await ana.sees("theirs");
    await ana.press("Control+z");
    expect(await converged(stage.server, id, ana, ben)).toBe("theirs ");
    await ana.tool("Redo");
    expect(await converged(stage.server, id, ana, ben)).toBe("mine theirs ");
  });

  it("shows where the other one is, with a name that fades", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("hello\nworld");
    await ben.sees("world");
    await ben.toEnd();
    const name = await ben.name();
    const label = ana.page.locator(".cm-peerName", { hasText: name });
    await label.waitFor({ state: "attached" });
    const opacity = () => label.evaluate((element) => Number(getComputedStyle(element).opacity));
    await expect.poll(opacity, { timeout: 5000, interval: 50 }).toBe(0);
    await ben.press("Shift+Home");
    await expect.poll(opacity, { timeout: 5000, interval: 20 }).toBeGreaterThan(0.9);
    await ana.page.locator(".cm-peerSelection").waitFor({ state: "attached" });
    await ana.type("!");
    expect(await converged(stage.server, id, ana, ben)).toBe("hello\nworld!");
    await ben.leave();
    await ana.page.locator(".cm-peerCaret").waitFor({ state: "detached" });
  });

  it("keeps a carriage return of a program, and gives a pasted line end one unit", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "dos\r\nmac\runix\n");
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await ben.sees("unix");
    expect(await converged(stage.server, id, ana, ben)).toBe("dos\nmac\nunix\n");
    await change(ben, { from: 0, insert: "a\r\nb\r" });
    await ana.sees("b\r");
    await ana.toEnd();
    await ana.type("end");
    expect(await converged(stage.server, id, ana, ben)).toBe("a\r\nb\rdos\nmac\nunix\nend");
  });

  it("finds and replaces", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("one two one");
    await ana.tool("Find and replace");
    await ana.page.getByRole("textbox", { name: "Find" }).fill("one");
    await ana.page.getByRole("textbox", { name: "Replace" }).fill("1");
    await ana.page.getByRole("button", { name: "replace all" }).click();
    expect(await converged(stage.server, id, ana, ben)).toBe("1 two 1");
  });
});
