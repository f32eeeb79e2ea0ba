/** One event of a stream; without a name it is a frame. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads a stream of the format text/event-stream, in whatever pieces it comes. */
export class EventParser {
  #rest = ""; // of a line whose end has not come
  #name = "";
  #data: string[] = [];

  /** The events that are complete with this piece. */
  push(piece: string): readonly StreamEvent[] {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop()!;
    const events: StreamEvent[] = [];
    for (const line of lines) {
      const event = this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === "") {
      const event = this.#data.length > 0 ? { name: this.#name, data: this.#data.join("\n") } : undefined;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    return undefined; // comments, which keep the stream alive, and fields that we have no use for
  }
}
