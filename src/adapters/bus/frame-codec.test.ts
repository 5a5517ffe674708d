/** Goal: the same frames come out however the stream is cut, and what is no frame ends the stream. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, FRAME_PAYLOAD_MAX_BYTES, FrameDecoder, FrameError } from "./frame-codec.ts";

const frame = fc.record({
  kind: fc.integer({ min: 1, max: 255 }),
  payload: fc.uint8Array({ minLength: 0, maxLength: 600, size: "max" }),
});

describe("the decoder", () => {
  it("gives the frames that were encoded, wherever the stream is cut", () => {
    let pieces = 0;
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 60, size: "max" }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(({ kind, payload }) => encodeFrame(kind, payload)));
          const bounds = [...new Set([0, ...cuts.map((cut) => cut % stream.length), stream.length])];
          bounds.sort((a, b) => a - b);
          const found: { kind: number; payload: string }[] = [];
          const decoder = new FrameDecoder((kind, payload) => {
            found.push({ kind, payload: Buffer.from(payload).toString("hex") });
          });
          for (let n = 1; n < bounds.length; n++) {
            decoder.push(Uint8Array.from(stream.subarray(bounds[n - 1], bounds[n])));
            pieces += 1;
          }
          expect(found).toEqual(
            frames.map(({ kind, payload }) => ({ kind, payload: Buffer.from(payload).toString("hex") })),
          );
          expect(decoder.waitingBytes).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
    expect(pieces).toBeGreaterThan(3000);
  });

  it("takes a stream byte by byte, text included", () => {
    const stream = Buffer.concat([encodeFrame(16, "Zoë"), encodeFrame(255, ""), encodeFrame(1, "x")]);
    const found: string[] = [];
    const decoder = new FrameDecoder((kind, payload) => found.push(`${kind}:${Buffer.from(payload)}`));
    for (const byte of stream) decoder.push(Uint8Array.of(byte));
    expect(found).toEqual(["16:Zoë", "255:", "1:x"]);
  });

  it("keeps views valid after the next chunk", () => {
    const kept: Uint8Array[] = [];
    const decoder = new FrameDecoder((_, payload) => kept.push(payload));
    const stream = Buffer.concat([
      encodeFrame(16, "first"),
      encodeFrame(16, "second"),
      encodeFrame(16, "third"),
    ]);
    decoder.push(Uint8Array.from(stream.subarray(0, 15)));
    decoder.push(Uint8Array.from(stream.subarray(15)));
    expect(kept.map((payload) => Buffer.from(payload).toString())).toEqual(["first", "second", "third"]);
  });

  it.each([
    ["a length above the bound", Uint8Array.of(1, 0, 0x40, 0, 16)],
    ["kind 0", Uint8Array.of(1, 0, 0, 0, 0, 65)],
    ["text", Buffer.from("GET / HTTP/1.1\r\n")],
  ])("refuses %s, whole or byte by byte", (_, bytes) => {
    const never = () => expect.unreachable("a frame was seen");
    expect(() => new FrameDecoder(never).push(bytes)).toThrow(FrameError);
    const slowly = new FrameDecoder(never);
    expect(() => {
      for (const byte of bytes) slowly.push(Uint8Array.of(byte));
    }).toThrow(FrameError);
  });
});

it("a payload that no peer would take is not encoded", () => {
  expect(encodeFrame(16, new Uint8Array(FRAME_PAYLOAD_MAX_BYTES))).toHaveLength(FRAME_PAYLOAD_MAX_BYTES + 5);
  expect(() => encodeFrame(16, new Uint8Array(FRAME_PAYLOAD_MAX_BYTES + 1))).toThrow(FrameError);
});
