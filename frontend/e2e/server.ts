import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";
import type { DocKind, Op } from "../src/client/types.ts";

/** A collabd of one test, with its own data, that can be killed and started again at the same address. */
export class Server {
  readonly url: string;
  #port: number;
  #data = mkdtempSync(join(tmpdir(), "collabd-data-"));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<Server> {
    const server = new Server(await freePort());
    await server.restart();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Its database, for what works on that while the server is away. */
  get database(): string {
    return join(this.#data, "collabd.db");
  }

  /** Starts the program and waits until it says that it is ready. */
  async restart(): Promise<void> {
    const args = ["--addr", `127.0.0.1:${this.#port}`, "--data", this.#data, "--log-level", "warn"];
    const started = spawn(inject("collabd"), args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = started;
    let said = "";
    started.stderr.on("data", (data) => {
      said += data;
    });
    const exited = once(started, "exit").then(([code]) => {
      throw new Error(`collabd ended with ${code}: ${said}`);
    });
    const ready = (async () => {
      for await (const line of createInterface(started.stdout)) if (line.includes("ready")) return;
    })();
    exited.catch(() => {}); // it may also end when it is asked to, later
    await Promise.race([ready, exited]);
  }

  /** Kills the program as a power cut would. */
  async kill(): Promise<void> {
    const killed = this.#process;
    if (!killed) return;
    this.#process = undefined;
    const exited = once(killed, "exit");
    killed.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** Makes a document and returns its id. */
  async create(kind: DocKind, title = ""): Promise<string> {
    const response = await fetch(`${this.url}/api/docs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title, kind }),
    });
    if (!response.ok) throw new Error(`POST /api/docs: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }

  /** The document as the server has it, or had it at a revision. */
  async text(id: string, revision?: number): Promise<string> {
    return (await this.#content(id, `text${revision === undefined ? "" : `&revision=${revision}`}`)).text();
  }

  async delta(id: string): Promise<Op> {
    return ((await (await this.#content(id, "delta")).json()) as { op: Op }).op;
  }

  /** How many edits made the document. */
  async revision(id: string): Promise<number> {
    return ((await (await this.#content(id, "delta")).json()) as { revision: number }).revision;
  }

  async title(id: string): Promise<string> {
    const response = await fetch(`${this.url}/api/docs/${id}`);
    return ((await response.json()) as { title: string }).title;
  }

  async #content(id: string, format: string): Promise<Response> {
    const response = await fetch(`${this.url}/api/docs/${id}/content?format=${format}`);
    if (!response.ok) throw new Error(`GET content: ${response.status} ${await response.text()}`);
    return response;
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
