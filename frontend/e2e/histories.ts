import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { inject } from "vitest";
import type { DocKind, Op } from "../src/client/types.ts";
import { randomOf } from "../src/ot/testing.ts";
import type { Server } from "./server.ts";

/** An edit of a history: by whom (an index of its people), when (milliseconds since 1970), and what. */
export type Edit = readonly [user: number, at: number, op: Op];

/** A history that is put into a server as if it had been written over days. */
export interface WrittenHistory {
  readonly kind: DocKind;
  readonly title: string;
  readonly users: readonly { readonly name: string; readonly color: string }[];
  readonly edits: Iterable<Edit>;
}

let made = 0;

/** Puts a document with this history into the database of the server, which is stopped for that; returns its id. */
export async function written(server: Server, { kind, title, users, edits }: WrittenHistory): Promise<string> {
  await server.kill();
  const id = `history${++made}`;
  const program = spawn(inject("historytest"), ["-database", server.database], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(program, "exit");
  program.stdin.write(`${JSON.stringify({ id, kind, title, users })}\n`);
  let lines = "";
  for (const edit of edits) {
    lines += `${JSON.stringify(edit)}\n`;
    if (lines.length < 1 << 20) continue;
    if (!program.stdin.write(lines)) await once(program.stdin, "drain");
    lines = "";
  }
  program.stdin.end(lines);
  const [code] = await ended;
  if (code !== 0) throw new Error(`historytest ended with ${code}`);
  await server.restart();
  return id;
}

export const ana = { name: "Ana Sousa", color: "#c2335b" };
export const ben = { name: "Ben Adler", color: "#0f7d67" };
export const mira = { name: "Mira Okafor", color: "#3b6bd0" };

const minute = 60_000;
/** Yesterday at noon, so that no test runs over midnight with it. */
export const noon = new Date().setHours(12, 0, 0, 0) - 24 * 60 * minute;

/**
 * Short edits at random places from a seed, by people who take turns, with a pause of half an hour after each
 * `session` of them. A rich text begins with its last line break.
 */
export function* typed(count: number, people: number, session: number, kind: DocKind): Generator<Edit> {
  const random = randomOf(812);
  let length = kind === "rich" ? 1 : 0;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const room = kind === "rich" ? length - 1 : length;
    if (index % 40 === 0) at = Math.floor(random() * (room + 1));
    at = Math.min(at, room);
    const time = noon - Math.ceil((count - index) / session) * 30 * minute + (index % session) * 900;
    const user = Math.floor(index / 120) % people;
    const retain = at > 0 ? [{ retain: at }] : [];
    if (index % 9 === 8 && room - at > 2) {
      length -= 2;
      yield [user, time, [...retain, { delete: 2 }]];
    } else {
      const text =
        index % 97 === 96 ? "\n" : index % 6 === 5 ? " " : String.fromCharCode(97 + Math.floor(random() * 26));
      length += text.length;
      at += text.length;
      yield [user, time, [...retain, { insert: text }]];
    }
  }
}

/** The recorded sessions that tests may use, when the environment names their folder. */
export const traces = process.env.COLLABD_TRACES;

/** The edits of a recorded session of one person, a second apart, with a pause of an hour after each two thousand. */
export async function traceOf(name: string): Promise<readonly Edit[]> {
  const edits: Edit[] = [];
  const lines = createInterface(createReadStream(join(traces!, `${name}.jsonl.gz`)).pipe(createGunzip()));
  let header = true;
  for await (const line of lines) {
    if (header) {
      header = false;
      continue;
    }
    const [at, deleted, inserted] = JSON.parse(line) as [number, number, string];
    const op: Op = [
      ...(at > 0 ? [{ retain: at }] : []),
      ...(inserted === "" ? [] : [{ insert: inserted }]),
      ...(deleted > 0 ? [{ delete: deleted }] : []),
    ];
    const session = Math.floor(edits.length / 2000);
    edits.push([0, noon - 400 * 3_600_000 + session * 3 * 3_600_000 + (edits.length % 2000) * 1000, op]);
  }
  return edits;
}
