/**
 * Goal: what leaves is every lossless frame in order and of each key the newest, at the place where it was put last; and
 * the queue holds no more than its bound, dead frames included (ADR 0006). Method: a naive model, any mix of puts and
 * takes, enough of them to squeeze and to grow the buffer.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameDecoder } from "./frame-codec.ts";
import { OutboundQueue } from "./outbound-queue.ts";

interface Waiting {
  readonly key: number | undefined;
  readonly kind: number;
  readonly text: string;
}

type Step =
  | { readonly do: "put"; readonly size: number }
  | { readonly do: "newest"; readonly key: number; readonly size: number }
  | { readonly do: "take"; readonly roomBytes: number };

const roomy = { framesMax: 1_000_000, bytesMax: 1 << 30 };
const wire = ({ text }: Waiting): number => 5 + text.length;

function framesOf(bytes: Buffer | undefined): string[] {
  const found: string[] = [];
  const decoder = new FrameDecoder((kind, payload) => found.push(`${kind} ${Buffer.from(payload)}`));
  if (bytes !== undefined) decoder.push(bytes);
  expect(decoder.waitingBytes).toBe(0);
  return found;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("put" as const), size: fc.nat(1500) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("newest" as const), key: fc.nat(7), size: fc.nat(300) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("take" as const), roomBytes: fc.nat(4000) }) },
);

describe("the queue", () => {
  it("gives what a plain list would give, whatever is put and taken", () => {
    let conflated = 0;
    let grown = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 300, maxLength: 900, size: "max" }), (steps) => {
        const queue = new OutboundQueue(roomy);
        let model: Waiting[] = [];
        for (const [n, action] of steps.entries()) {
          if (action.do === "take") {
            const taken: Waiting[] = [];
            for (let sum = 0; model[0] !== undefined && sum + wire(model[0]) <= action.roomBytes; ) {
              sum += wire(model[0]);
              taken.push(...model.splice(0, 1));
            }
            const got = framesOf(queue.take({ roomBytes: action.roomBytes, evenLarger: false }));
            expect(got).toEqual(taken.map(({ kind, text }) => `${kind} ${text}`));
          } else {
            const key = action.do === "newest" ? action.key : undefined;
            const frame = {
              key,
              kind: key === undefined ? 16 : 17,
              text: String(n).padEnd(action.size, "."),
            };
            if (key !== undefined) model = model.filter((waiting) => waiting.key !== key);
            model.push(frame);
            const done = key === undefined ? queue.put(16, frame.text) : queue.putNewest(key, 17, frame.text);
            expect(done).toBe(true);
          }
          expect(queue.frames).toBe(model.length);
          expect(queue.bytes).toBe(model.reduce((sum, waiting) => sum + wire(waiting), 0));
        }
        conflated += queue.conflated;
        grown = Math.max(grown, queue.capacity);
        const rest = framesOf(queue.take({ roomBytes: Number.MAX_SAFE_INTEGER, evenLarger: false }));
        expect(rest).toEqual(model.map(({ kind, text }) => `${kind} ${text}`));
      }),
      { numRuns: 60 },
    );
    expect(conflated).toBeGreaterThan(1000);
    expect(grown).toBeGreaterThan(16 * 1024);
  });

  it("stays small while quotes of 30 symbols are conflated a million times", () => {
    const queue = new OutboundQueue(roomy);
    const quote = new Uint8Array(63);
    for (let n = 0; n < 1_000_000; n++) queue.putNewest(n % 30, 17, quote);
    expect(queue.frames).toBe(30);
    expect(queue.conflated).toBe(1_000_000 - 30);
    expect(queue.capacity).toBe(16 * 1024);
  });

  it("packs 36,000 frames into a few bytes more than they have", () => {
    const queue = new OutboundQueue(roomy);
    for (let n = 0; n < 36_000; n++) queue.put(16, new Uint8Array(63));
    expect(queue.capacity).toBeLessThanOrEqual(8 * 2 ** 20);
    queue.take({ roomBytes: Number.MAX_SAFE_INTEGER, evenLarger: false });
    expect(queue.capacity).toBe(16 * 1024);
  });

  it.each([
    ["frames", { framesMax: 3, bytesMax: 1 << 20 }, 3],
    ["bytes", { framesMax: 100, bytesMax: 45 }, 3],
  ])("says no at the bound in %s and not before", (_, bounds, most) => {
    const queue = new OutboundQueue(bounds);
    for (let n = 0; n < most; n++) expect(queue.put(16, "0123456789")).toBe(true);
    expect(queue.put(16, "0123456789")).toBe(false);
    expect(queue.putNewest(1, 16, "0123456789")).toBe(false);
    expect(queue.frames).toBe(most);
    expect(framesOf(queue.take({ roomBytes: 15, evenLarger: false }))).toEqual(["16 0123456789"]);
    expect(queue.putNewest(1, 17, "0123456789")).toBe(true);
    expect(queue.putNewest(1, 17, "newer")).toBe(true);
    expect(queue.frames).toBe(most);
  });

  it("gives a frame that is larger than the room only when asked to", () => {
    const queue = new OutboundQueue(roomy);
    queue.put(16, "a".repeat(100));
    queue.put(16, "b");
    expect(queue.take({ roomBytes: 50, evenLarger: false })).toBeUndefined();
    expect(framesOf(queue.take({ roomBytes: 50, evenLarger: true }))).toEqual([`16 ${"a".repeat(100)}`]);
    expect(queue.frames).toBe(1);
  });
});
