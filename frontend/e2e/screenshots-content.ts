import type { DocKind, Op } from "../src/client/types.ts";

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
