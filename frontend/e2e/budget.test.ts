import { expect, it } from "vitest";
import { transferOf } from "./measure/transfer.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
/** What a page may load before it is ready, in bytes as they come over the network. */
const budget = 300 * 1024;

// Requests to others, and what the console says of the policy, are complaints for any test: see stage.ts.
it.each(["list", "rich", "text"] as const)(
  "U34: opening a %s takes at most 300 KB, within the policy",
  async (what) => {
    const ana = await stage.person({ serviceWorkers: "block" }); // it fetches later, and what may never be needed
    const id = await stage.server.create(what === "text" ? "text" : "rich");
    await ana.page.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
        console.error(`violates ${violatedDirective}`),
      );
    });
    const { bytes } = await transferOf(ana.page, async () => {
      if (what !== "list") return ana.open(stage.server.url, id);
      await ana.page.goto(stage.server.url);
      await ana.page.getByRole("heading", { level: 1 }).waitFor();
    });
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(budget);
  },
);

it("U34: no page allows inline or evaluated script, nor styles but its own", async () => {
  for (const path of ["/", "/d/any"]) {
    const { headers } = await fetch(stage.server.url + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/unsafe-|\*|https?:/);
  }
});
