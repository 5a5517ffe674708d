/** Goal: one reader that takes nothing costs nobody anything, and no text breaks out of its frame. */
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { StreamHub } from "./stream-hub.ts";

class Reader extends EventEmitter {
  readonly frames: string[] = [];
  writableLength = 0;
  end = (text: string) => {
    this.frames.push(text);
    this.emit("close");
  };
  destroy = () => {
    this.frames.push("destroyed");
    this.emit("close");
  };
  write(text: string): boolean {
    this.frames.push(text);
    return true;
  }
}

function hub() {
  let now = 0;
  const made = new StreamHub({ perSession: 2, now: () => now });
  const join = (session: string) => {
    const reader = new Reader();
    made.add(session, reader as unknown as ServerResponse);
    return reader;
  };
  return { made, join, pass: (ms: number) => (now += ms) };
}

describe("a stream", () => {
  it("has one line for each picture, whatever is in it", () => {
    const { made, join } = hub();
    const reader = join("a");
    made.send("picture", "x\r\nevent: act\ndata: forged\n\n");
    expect(reader.frames.at(-1)).toBe("event: picture\ndata: x  event: act data: forged  \n\n");
  });

  it("skips a reader that takes nothing, then drops it; the others have every picture", () => {
    const { made, join, pass } = hub();
    const [deaf, well] = [join("a"), join("b")];
    deaf.writableLength = 1024 * 1024;
    for (let n = 0; n < 41; n++) {
      made.send("picture", "{}");
      pass(250);
    }
    expect(deaf.frames).toEqual(["retry: 2000\n\n", "destroyed"]);
    expect(well.frames).toHaveLength(42);
    expect(made.size).toBe(1);
  });

  it("of a session that has too many closes its oldest, and no other session's", () => {
    const { made, join } = hub();
    const [other, first] = [join("b"), join("a")];
    join("a");
    join("a");
    expect([first.frames.at(-1)?.startsWith("event: end"), other.frames.length]).toEqual([true, 1]);
    expect(made.size).toBe(3);
  });

  it("ends with its session", () => {
    const { made, join } = hub();
    join("a");
    join("b");
    made.prune((session) => session === "b");
    expect(made.size).toBe(1);
  });
});
