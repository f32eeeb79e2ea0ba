import { describe, expect, it } from "vitest";
import { exportAddress, formatsFor, importTitle, importType, nameOf } from "./formats.ts";

describe("files of documents", () => {
  it.each([
    ["Notes.md", "", "text/markdown", "Notes"],
    ["a.b.HTML", "", "text/html", "a.b"],
    ["plan.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "plan"],
    ["data.json", "application/json", "application/json", "data"],
    ["Plan.History.gz", "application/gzip", "application/gzip", "Plan"],
    ["logs.gz", "application/gzip", undefined, "logs.gz"],
    ["main.go", "text/x-go", "text/plain", "main.go"],
    ["README", "text/plain", "text/plain", "README"],
    [".md", "", "text/markdown", ""],
    ["photo.png", "image/png", undefined, "photo.png"],
    ["archive", "", undefined, "archive"],
  ])("%s (%s) is %s and called %s", (name, type, sent, title) => {
    expect(importType({ name, type })).toBe(sent);
    expect(importTitle(name)).toBe(title);
  });

  it("have a title that is no longer than one may be, and no half characters", () => {
    expect(importTitle(`${"😀".repeat(300)}.md`)).toBe("😀".repeat(200));
  });

  it("are named by the header of the answer", () => {
    expect(nameOf(`attachment; filename="a_.md"; filename*=UTF-8''a%C3%BC.md`)).toBe("aü.md");
    expect(nameOf("attachment; filename*=UTF-8''%ff")).toBe("document");
    expect(nameOf("")).toBe("document");
  });

  it("are had at an address, of a revision too", () => {
    expect(exportAddress("a/b", "html")).toBe("/api/docs/a%2Fb/export?format=html");
    expect(exportAddress("x", "text", 0)).toBe("/api/docs/x/export?format=text&revision=0");
    expect(formatsFor("text")).not.toContain("markdown");
  });
});
