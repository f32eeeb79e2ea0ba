import { describe, expect, it } from "vitest";
import { fallbackTransport } from "./fallback.ts";
import { FakeClock } from "./testing/clock.ts";
import { FakeNetwork } from "./testing/network.ts";
import { Guest, Room } from "./testing/room.ts";
import type { Connection, Transport } from "./transport.ts";

/** A room whose guests have a socket, a stream of events and one with padding; each is a network of its own. */
function threeWays(): { room: Room; socket: FakeNetwork; stream: FakeNetwork; padded: FakeNetwork } {
  const room = new Room();
  const [socket, stream, padded] = [room.network, room.server, room.server].map((each) =>
    each instanceof FakeNetwork ? each : new FakeNetwork(each, room.clock),
  ) as [FakeNetwork, FakeNetwork, FakeNetwork];
  const ways = [{ transport: socket }, { transport: stream }, { transport: padded, afterSilence: true }];
  room.transport = fallbackTransport(ways, room.clock);
  return { room, socket, stream, padded };
}

describe("a transport with a fallback", () => {
  it("takes the socket where there is one", () => {
    const { room, socket, stream } = threeWays();
    const ana = room.join();
    ana.editor.type(0, "x");
    room.rest();
    expect(ana.state).toBe("saved");
    expect([socket.wires.length, stream.wires.length]).toEqual([1, 0]);
  });

  it.each(["refuses", "hangs", "mute"] as const)("falls back at once where the network %s", (blocks) => {
    const { room, socket, stream, padded } = threeWays();
    socket.blocks = blocks;
    const ana = new Guest(room);
    room.clock.until(() => ana.ready, 4_100);
    ana.editor.type(0, "x");
    room.rest();
    expect(ana.state).toBe("saved");
    expect(room.server.content).toEqual([{ insert: "xabc" }]);
    expect(ana.statuses.map(({ state }) => state)).not.toContain("reconnecting");
    expect([socket.wires.length, stream.wires.length, padded.wires.length]).toEqual([1, 1, 0]);
    expect(stream.last.sent[0]).toBe('{"type":"hello"}'); // said once on it
    // What worked is remembered.
    for (let n = 2; n < 5; n++) {
      stream.last.cut();
      room.clock.until(() => ana.state === "saved");
      expect([socket.wires.length, stream.wires.length]).toEqual([1, n]);
    }
  });

  it("asks for padding only where nothing came without", () => {
    const { room, socket, stream, padded } = threeWays();
    socket.blocks = "refuses";
    stream.blocks = "mute";
    const ana = room.join();
    expect([socket.wires.length, stream.wires.length, padded.wires.length]).toEqual([1, 1, 1]);
    padded.last.cut();
    room.clock.until(() => ana.state === "connected");
    expect([socket.wires.length, stream.wires.length, padded.wires.length]).toEqual([1, 1, 2]);
    stream.blocks = "refuses";
    const other = threeWays();
    other.socket.blocks = other.stream.blocks = "refuses";
    new Guest(other.room);
    other.room.clock.advance(60_000);
    expect(other.padded.wires.length).toBe(0);
  });

  it("tries the socket again after a while, with the next connection", () => {
    const { room, socket, stream } = threeWays();
    socket.blocks = "refuses";
    const ana = room.join();
    socket.blocks = "no";
    room.clock.advance(599_000);
    stream.last.cut();
    room.clock.until(() => ana.state === "connected");
    expect([socket.wires.length, stream.wires.length]).toEqual([1, 2]);
    room.clock.advance(1_000);
    expect(stream.wires.length).toBe(2); // nobody is disturbed for it
    stream.last.cut();
    room.clock.until(() => ana.state === "connected");
    expect([socket.wires.length, stream.wires.length]).toEqual([2, 2]);
  });

  it("keeps to what worked while the server restarts, but not for ever", () => {
    const { room, socket, stream } = threeWays();
    socket.blocks = "refuses";
    const ana = room.join();
    stream.up = false;
    stream.last.cut();
    room.clock.until(() => stream.wires.length === 2);
    stream.up = true;
    room.clock.until(() => ana.state === "connected");
    expect(socket.wires.length).toBe(1);
    stream.up = false; // another network: now it is the stream that is blocked
    socket.blocks = "no";
    stream.last.cut();
    room.clock.until(() => ana.state === "connected");
    expect(socket.wires.length).toBe(2);
  });

  it("does not double what an unheard connection has taken, and is not stopped by its hello", () => {
    const { room, socket, stream } = threeWays();
    const ana = room.join();
    ana.editor.type(0, "x");
    room.rest();
    // From now on the socket takes what is said and nothing comes back: the resumed hello arrives, and more than once.
    socket.blocks = "mute";
    socket.last.cut();
    ana.editor.type(0, "y");
    room.clock.until(() => ana.state === "saved");
    expect(room.server.content).toEqual([{ insert: "yxabc" }]);
    expect(stream.wires.length).toBe(1);
    // The first hello comes a second time, late, and takes the place of the stream.
    room.server.disconnect(4203, "superseded");
    ana.editor.type(0, "z");
    room.clock.until(() => ana.state === "saved");
    expect(room.server.content).toEqual([{ insert: "zyxabc" }]);
    // Much later it is somebody else.
    room.clock.advance(60_000);
    room.server.disconnect(4203, "superseded");
    room.rest();
    expect(ana.state).toBe("error");
  });

  it("passes on what the server says before its first frame", () => {
    const { room, socket, stream } = threeWays();
    const ana = new Guest(room);
    room.clock.until(() => socket.wires.length === 1);
    socket.last.onclose(4204, "not_found");
    room.clock.advance(10_000);
    expect(ana.collab.status.error?.code).toBe("not_found");
    expect(stream.wires.length).toBe(0);
  });

  it("says on the next way all that was said, once it is open, and leaves the one before", () => {
    const clock = new FakeClock();
    const log: string[] = [];
    const opened: Connection[] = [];
    const scripted = (name: string): Transport => ({
      open() {
        const connection: Connection = {
          send: (frame) => void log.push(`${name} ${frame}`),
          close: () => void log.push(`${name} closed`),
          onopen: () => {},
          onframe: () => {},
          onclose: () => {},
        };
        opened.push(connection);
        return connection;
      },
    });
    const ways = [{ transport: scripted("socket") }, { transport: scripted("stream") }];
    const connection = fallbackTransport(ways, clock).open("http://test");
    let opens = 0;
    connection.onopen = () => opens++;
    opened[0]!.onopen();
    connection.send("hello");
    clock.advance(4_000);
    connection.send("ping"); // the stream is not open yet
    expect(log).toEqual(["socket hello", "socket closed"]);
    opened[1]!.onopen();
    opened[1]!.onframe("welcome");
    connection.send("edit");
    expect(log.slice(2)).toEqual(["stream hello", "stream ping", "stream edit"]);
    expect(opens).toBe(1);
    opened[0]!.onframe("late"); // nobody hears it
  });

  it("can be closed at any moment", () => {
    for (const wait of [0, 1, 3_999, 4_001]) {
      const { room, socket, stream } = threeWays();
      socket.blocks = "hangs";
      const ana = new Guest(room);
      room.clock.advance(wait);
      ana.collab.close();
      room.clock.advance(60_000);
      expect(socket.wires.length + stream.wires.length).toBeLessThan(3);
      expect(ana.ready).toBe(wait > 4_000);
    }
  });
});
