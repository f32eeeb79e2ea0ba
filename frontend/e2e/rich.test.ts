import { describe, expect, it } from "vitest";
import type { RichEditor } from "../src/bindings/quill.ts";
import type { Op } from "../src/client/types.ts";
import { converged, type Person } from "./people.ts";
import { useStage } from "./stage.ts";

const stage = useStage();

async function two(kind: "rich" | "text" = "rich"): Promise<{ id: string; ana: Person; ben: Person }> {
  const id = await stage.server.create(kind);
  const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
  await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
  return { id, ana, ben };
}

/** Edits an empty document as another program may: with formats that no editor of ours would combine. */
async function program(person: Person, id: string, op: Op): Promise<void> {
  await person.page.goto(`${stage.server.url}/`);
  await person.page.evaluate(
    ({ id, op }) =>
      new Promise<void>((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/api/docs/${id}/socket`, "collabd.v1");
        const send = (message: object): void => socket.send(JSON.stringify(message));
        socket.onopen = () => send({ type: "hello" });
        socket.onmessage = ({ data }) => {
          for (const { type } of [JSON.parse(data)].flat() as { type: string }[]) {
            if (type === "welcome") send({ type: "edit", seq: 1, base: 0, op });
            if (type === "records") resolve(socket.close());
          }
        };
        socket.onclose = ({ code, reason }) => reject(new Error(`${code} ${reason}`));
      }),
    { id, op },
  );
}

describe("a rich document", () => {
  it("takes what two people type at once", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("one\ntwo\n");
    await ben.sees("two");
    await ben.toEnd();
    await ana.toStart();
    const first = "the quick brown fox jumps over the lazy dog. ";
    const second = "PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS. ";
    await Promise.all([ana.type(first, 8), ben.type(second, 8)]);
    const text = await converged(stage.server, id, ana, ben);
    expect(text).toContain(first.trim());
    expect(text).toContain(second.trim());
  });

  it("takes what two people type into the same word", async () => {
    const { id, ana, ben } = await two();
    await Promise.all([ana.toEnd(), ben.toEnd()]);
    await Promise.all([ana.type("aaaaaaaaaaaaaaaaaaaa", 6), ben.type("bbbbbbbbbbbbbbbbbbbb", 6)]);
    const text = await converged(stage.server, id, ana, ben);
    expect([...text].filter((unit) => unit === "a")).toHaveLength(20);
    expect([...text].filter((unit) => unit === "b")).toHaveLength(20);
  });

  it("shows the other one's formats: bold, a heading, lists, a link, an emoji", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.press("Control+b");
    await ana.type("bold");
    await ana.press("Control+b");
    await ana.type(" plain 😀👩‍👩‍👧\n");
    await ana.type("Title");
    await ana.page.getByRole("combobox").selectOption("1");
    await ana.press("Enter");
    await ana.type("- milk\neggs\n\n[ ] done\n\n1. first\n");
    await ana.tool("Numbered list");
    await ana.type("see here");
    await ana.press("Shift+Home", "Control+k");
    await ana.page.getByRole("textbox", { name: "Address" }).fill("example.org/a");
    await ana.press("Enter");
    await ben.sees("see here");
    await converged(stage.server, id, ana, ben);
    const delta = await ben.delta();
    expect(delta).toContainEqual({ insert: "bold", attributes: { bold: true } });
    expect(delta).toContainEqual({ insert: "\n", attributes: { header: 1 } });
    expect(delta).toContainEqual({ insert: "\n", attributes: { list: "bullet" } });
    expect(delta).toContainEqual({ insert: "\n", attributes: { list: "unchecked" } });
    expect(delta).toContainEqual({ insert: "\n", attributes: { list: "ordered" } });
    expect(delta).toContainEqual({ insert: "see here", attributes: { link: "https://example.org/a" } });
    expect(await ben.text()).toContain(" plain 😀👩‍👩‍👧");
  });

  it("lets the last lines be joined, emptied and retyped without a resync", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("a\nb\nc");
    await ana.press("Home", "Backspace", "Backspace", "Backspace");
    await ana.press("Control+a", "Delete");
    await ana.type("# again");
    await ana.press("Control+Alt+1", "Enter");
    await ana.type("more");
    await ana.press("Control+a", "Backspace");
    await ana.type("end\nof\nit");
    // Browsers and Quill may put it so, and the last break then is another one than the server's.
    await ana.page.evaluate(() => (window.collabd!.editor as RichEditor).quill.deleteText(4, 99, "user"));
    expect(await converged(stage.server, id, ana, ben)).toBe("end\n");
    expect(await ana.page.locator(".notice").count()).toBe(0);
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
    expect(await converged(stage.server, id, ana, ben)).toBe("theirs \n");
    await ana.press("Control+Shift+z");
    expect(await converged(stage.server, id, ana, ben)).toBe("mine theirs \n");
    await ana.tool("Undo");
    expect(await ana.page.getByRole("button", { name: "Undo" }).getAttribute("aria-disabled")).toBe("true");
    expect(await converged(stage.server, id, ana, ben)).toBe("theirs \n");
  });

  it("shows where the other one is, with a name that fades, and does not move one's own caret", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("hello world");
    await ben.sees("hello world");
    await ben.toStart();
    const name = await ben.name();
    const flag = ana.page.locator(".ql-cursor-flag", { hasText: name });
    await flag.waitFor({ state: "visible" });
    await flag.waitFor({ state: "hidden" });
    await ben.type("oh, ");
    await flag.waitFor({ state: "visible" });
    await ana.sees("oh, ");
    await ana.type("!");
    expect(await converged(stage.server, id, ana, ben)).toBe("oh, hello world!\n");
    await ben.press("Shift+Control+Home");
    await ben.leave();
    await ana.page.locator(".ql-cursor").waitFor({ state: "detached" });
    await ana.page.locator(".people").waitFor({ state: "hidden" });
  });

  it("shows two tabs of one person as one", async () => {
    const { id, ana, ben } = await two();
    const second = await ben.context.newPage();
    await second.goto(`${stage.server.url}/d/${id}`);
    await second.waitForSelector("body[data-ready]");
    await ana.page.waitForFunction(() => document.querySelectorAll(".people-button .avatar").length === 1);
    expect(await second.locator(".people-button .avatar").count()).toBe(1);
    await second.close();
  });

  it("agrees on a line that two people give different formats at once", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("line");
    await ben.sees("line");
    await ben.toEnd();
    for (let round = 0; round < 4; round++) {
      await Promise.all([ana.press("Control+Alt+2"), ben.press("Control+Shift+Digit8")]);
      await converged(stage.server, id, ana, ben);
      await Promise.all([ana.tool("Code block"), ben.press("Control+a", "Control+b")]);
      await converged(stage.server, id, ana, ben);
      await ana.tool("Clear formatting");
      await ben.press("End");
      await converged(stage.server, id, ana, ben);
    }
  });

  it("changes nothing by opening a document that it cannot show as it is", async () => {
    const id = await stage.server.create("rich");
    const [ana, ben] = await Promise.all([stage.person(), stage.person()]);
    await program(ana, id, [
      { insert: "code", attributes: { bold: true } },
      { insert: "\n", attributes: { "code-block": true, header: 2, bold: true } },
    ]);
    expect(await stage.server.revision(id)).toBe(1);
    await Promise.all([ana.open(stage.server.url, id), ben.open(stage.server.url, id)]);
    await ana.toEnd();
    await ana.type("x");
    await converged(stage.server, id, ana, ben);
    expect(await stage.server.revision(id)).toBe(2); // what Quill made of it went with the first edit, not before
  });

  it("takes out of a paste what no document may hold, and keeps the rest", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "x");
      data.setData(
        "text/html",
        `<h2 style="color:red" onclick="alert(1)">Title</h2><script>alert(1)</script><style>p{}</style>
         <p>a <b>b</b> <a href="javascript:alert(1)">bad</a> <a href="https://ok.example/">good</a>
         <img src="https://else.example/x.png" onerror="alert(1)"><span style="font-weight:700;background:url(x)">heavy</span></p>
         <ul><li>one</li><li>two</li></ul>`,
      );
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await ben.sees("two");
    await converged(stage.server, id, ana, ben);
    const delta = await ben.delta();
    expect(delta).toContainEqual({ insert: "b", attributes: { bold: true } });
    expect(delta).toContainEqual({ insert: "heavy", attributes: { bold: true } });
    const source = "https://else.example/x.png"; // an image of elsewhere is a link to it, and is not loaded
    expect(delta).toContainEqual({ insert: source, attributes: { link: source } });
    expect(delta).toContainEqual({ insert: "good", attributes: { link: "https://ok.example/" } });
    expect(JSON.stringify(delta)).not.toMatch(/javascript|alert|color|image/);
  });

  it("gives a copy back as it was, and takes line ends of any kind", async () => {
    const { id, ana, ben } = await two();
    await ana.toEnd();
    await ana.type("- one\ntwo");
    await ana.press("Control+a", "Control+i", "Control+c", "End");
    await ana.press("Enter", "Enter", "Control+v");
    await ana.page.evaluate(() => {
      const data = new DataTransfer();
      data.setData("text/plain", "dos\r\nmac\runix\n\u0000bell\u0007");
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await ben.sees("unix");
    const text = await converged(stage.server, id, ana, ben);
    expect(text).toContain("dos\nmac\nunix\nbell");
    expect(text.match(/one/g)).toHaveLength(2);
  });
});
