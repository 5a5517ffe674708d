/** Goal: a socket that is gone has no say any more, and one that does not read is given up. */
import { describe, expect, it } from "vitest";
import { createRng } from "../../numerics/rng.ts";
import { KeptLine } from "./kept-line.ts";
import { type SocketEvents, type Transport, TransportError } from "./ports.ts";
import { VirtualClock } from "./virtual-clock.ts";

function world(): {
  line: KeptLine;
  clock: VirtualClock;
  sockets: SocketEvents[];
  states: string[];
  full: { bytes: number };
} {
  const clock = new VirtualClock(2);
  const sockets: SocketEvents[] = [];
  const states: string[] = [];
  const full = { bytes: 0 };
  const transport: Transport = {
    request: () => Promise.reject(new TransportError("no requests here", false)),
    open: (_url, _headers, events) => {
      sockets.push(events);
      return {
        send: () => undefined,
        ping: () => undefined,
        terminate: () => undefined,
        get buffered(): number {
          return full.bytes;
        },
      };
    },
  };
  const line = new KeptLine({
    clock,
    transport,
    url: "ws://127.0.0.1/stream",
    headers: {},
    rng: createRng(7, "test"),
    protocol: {
      opened: (control) => control.ready(),
      message: (data) => states.push(`message ${String(data)}`),
    },
    exposed: () => false,
    onState: ({ state, reason }) => states.push(`${state} ${reason}`),
    onPulse: (rttMs) => states.push(`pulse ${rttMs}`),
  });
  line.start();
  sockets[0]?.opened();
  return { line, clock, sockets, states, full };
}

describe("a kept line", () => {
  it("hears nothing from a socket that it gave up, however late it speaks", async () => {
    const { clock, sockets, states, line } = world();
    await clock.advance(3_000);
    expect(states).toEqual(["up ready", "down no pong within 3000 ms"]);
    await clock.advance(1_000);
    sockets[1]?.opened();
    const before = states.length;
    sockets[0]?.message("late");
    sockets[0]?.ponged();
    sockets[0]?.closed("terminated at last");
    expect(states.slice(before)).toEqual([]);
    expect(line.isReady).toBe(true);
    sockets[1]?.ponged();
    expect(states.at(-1)).toBe("pulse 0");
  });

  it("does not pile up what the other side does not read", () => {
    const { line, states, full } = world();
    full.bytes = 2_000_000;
    line.send("more");
    expect(states.at(-1)).toBe("down the other side does not read");
  });

  it("that was stopped stays down, and can be started again", async () => {
    const { line, clock, sockets, states } = world();
    line.stop();
    await clock.advance(1_000_000);
    expect(states.at(-1)).toBe("down stopped");
    expect([sockets.length, clock.pending]).toEqual([1, 0]);
    line.start();
    sockets[1]?.opened();
    expect(states.at(-1)).toBe("up ready");
  });
});
