import type { DocKind, Op } from "../src/client/types.ts";
import { plainText } from "../src/ot/text.ts";
import type { Edit } from "./histories.ts";

/** The list of the pictures, the oldest first. */
export const titles: readonly (readonly [title: string, kind: DocKind])[] = [
  ["Reading list", "text"],
  ["Offsite in Lisbon: who, when, where", "rich"],
  ["Onboarding checklist", "rich"],
  ["Interview notes: backend", "rich"],
  ["nginx.conf (draft)", "text"],
  ["Q2 budget, first round", "rich"],
  ["Minutes of the Tuesday meeting", "rich"],
  ["deploy-notes.md", "text"],
  ["Launch plan, spring release", "rich"],
];

const line = (attributes: Record<string, unknown>): { insert: string; attributes: Record<string, unknown> } => ({
  insert: "\n",
  attributes,
});

export const minutes: Op = [
  { insert: "Launch plan, spring release" },
  line({ header: 1 }),
  { insert: "We ship on " },
  { insert: "Tuesday, 14 April", attributes: { bold: true } },
  {
    insert:
      ". Everything below has an owner and a date; the checklist is the single place where work is ticked off. See the ",
  },
  { insert: "release notes draft", attributes: { link: "https://example.org/release-notes" } },
  { insert: " for the wording.\n" },
  { insert: "What is left" },
  line({ header: 2 }),
  { insert: "Freeze the importer" },
  line({ list: "checked" }),
  { insert: "Load test with 200 people in one document" },
  line({ list: "checked" }),
  { insert: "Docs for self-hosting, reviewed by Thursday" },
  line({ list: "unchecked" }),
  { insert: "Changelog, short enough to read on a phone" },
  line({ list: "unchecked" }),
  { insert: "How we announce it" },
  line({ header: 2 }),
  { insert: "Mail to everybody who asked for it (Jonas)" },
  line({ list: "ordered" }),
  { insert: "A post with " },
  { insert: "one", attributes: { italic: true } },
  { insert: " picture and no adjectives (Mira)" },
  line({ list: "ordered" }),
  { insert: "“Nobody reads the second screen.” Keep it to one." },
  line({ blockquote: true }),
  { insert: "Rollback is " },
  { insert: "collabd --data backup/", attributes: { code: true } },
  { insert: " on the old machine; it stays warm for a week.\n" },
];

export const code: Op = [
  {
    insert: `# Deploying

The new binary goes beside the old one, and the link decides.

    install -m 755 collabd /opt/collabd/collabd-next
    ln -sfn collabd-next /opt/collabd/collabd
    systemctl restart collabd

Nobody loses a keystroke: browsers reconnect by themselves and
send what they have not got acknowledged. 🎉

## Checks after that

    curl -fsS localhost:8080/readyz
    journalctl -u collabd --since -5min

- [x] readyz answers within a second
- [x] the editor shows "Saved"
- [ ] disk below 70 %

## Rolling back

    ln -sfn collabd-previous /opt/collabd/collabd
    systemctl restart collabd

The database needs nothing: migrations only ever add.
`,
  },
];

const hour = 3_600_000;

/** How the launch plan came about: three people on three days, word by word, and some of it written twice. */
export function* launchPlan(noon: number): Generator<Edit> {
  const words = minutes.flatMap((part) => {
    if (!("insert" in part) || typeof part.insert !== "string") return [part];
    const { attributes } = part;
    return (part.insert.match(/\S*\s*/g) ?? [])
      .filter(Boolean)
      .map((insert) => (attributes ? { insert, attributes } : { insert }));
  });
  let at = 0;
  for (const [index, word] of words.entries()) {
    const part = Math.floor((index * 5) / words.length);
    const time = noon - (5 - part) * 14 * hour + index * 1700;
    yield [[0, 1, 0, 2, 1][part]!, time, [...(at > 0 ? [{ retain: at }] : []), word]];
    at += "insert" in word && typeof word.insert === "string" ? word.insert.length : 1;
  }
  const text = plainText(minutes);
  for (const [index, [old, better]] of rewritten.entries()) {
    const part = { insert: better };
    yield [2 - index, noon + index * 40_000, [{ retain: text.indexOf(old) }, part, { delete: old.length }]];
  }
}

/** What was written another way in the end, the last one first: so the places of the others stay. */
const rewritten = [
  ["on the old machine; it stays warm for a week", "on the spare machine, which stays warm until May"],
  ["short enough to read on a phone", "short"],
  ["200 people", "500 people and 20 bots"],
] as const;
