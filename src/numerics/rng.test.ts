/**
 * Goal: a run repeats bit for bit and a draw added in one component moves no other.
 * Method: vectors, properties, moments.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng, type Rng, type RngState } from "./rng.ts";

const draws: Readonly<Record<string, (rng: Rng) => number>> = {
  uniform: (rng) => rng.uniform(),
  normal: (rng) => rng.normal(),
  integer: (rng) => rng.integer(1000),
  wide: (rng) => rng.integer(2 ** 50 + 3),
  exponential: (rng) => rng.exponential(),
  studentT: (rng) => rng.studentT(4.5),
};
const drawName = fc.constantFrom(...Object.keys(draws));
const take = (rng: Rng, names: readonly string[]) => names.map((name) => draws[name]?.(rng));
const sample = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw);
const average = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;

describe("the stream", () => {
  it.each([
    [[0, 0x12345678, 0x9abcdef0, 1], sfc32Reference(0, 0x12345678, 0x9abcdef0, 1, 8)],
    [[0xffffffff, 0x80000000, 0xdeadbeef, 0xffffffff], sfc32Reference(-1, 0x80000000, 0xdeadbeef, -1, 8)],
  ])("is sfc32 from the state %j", (words, expected) => {
    const rng = createRng(0, "");
    rng.restore({ key: [0, 0], words: words as unknown as RngState["words"], spareNormal: null });
    expect(Array.from({ length: 8 }, () => rng.integer(2 ** 32))).toEqual(expected);
  });

  it("of a seed and name never changes, or every recorded run would", () => {
    const rng = createRng(42, "pinned");
    const fork = rng.fork("child");
    expect([rng.integer(2 ** 32), rng.integer(2 ** 32), fork.integer(2 ** 32)]).toEqual([
      2359531008, 650811200, 1550503512,
    ]);
  });

  it("differs for other seeds and names, also those that differ in one high bit or by a split of the path", () => {
    const starts = [
      createRng(1, "a"),
      createRng(2, "a"),
      createRng(1 + 2 ** 32, "a"),
      createRng(1 + 2 ** 52, "a"),
      createRng(1, "b"),
      createRng(1, ""),
      createRng(1, "a").fork(""),
      createRng(1, "a").fork("b"),
      createRng(1, "ab"),
      createRng(1, "b").fork("a"),
    ].map((rng) => rng.uniform());
    expect(new Set(starts).size).toBe(starts.length);
  });

  it("has no equal pair among 200,000 forks", () => {
    const root = createRng(7, "individuals");
    const starts = new Set(Array.from({ length: 200_000 }, (_, i) => root.fork(String(i)).uniform()));
    expect(starts.size).toBe(200_000);
  });

  it.each([-1, 1.5, Number.NaN, Infinity, 2 ** 53])("refuses the seed %d", (seed) => {
    expect(() => createRng(seed, "x")).toThrow(/seed .* whole number/);
  });
});

describe("save, restore and fork", () => {
  it("NU-1: continues bit for bit after JSON, spare normal included", () => {
    const order = fc.array(drawName, { minLength: 1, maxLength: 40, size: "max" });
    fc.assert(
      fc.property(fc.nat(), order, order, (seed, before, after) => {
        const rng = createRng(seed, "saved");
        take(rng, before);
        const saved = JSON.parse(JSON.stringify(rng.save())) as RngState;
        const expected = take(rng, after);
        const other = createRng(0, "elsewhere");
        other.restore(saved);
        expect(take(other, after)).toEqual(expected);
        expect(other.fork("x").uniform()).toBe(rng.fork("x").uniform());
      }),
    );
  });

  it("saves a spare normal after an odd count of normals", () => {
    const rng = createRng(3, "spare");
    rng.normal();
    const saved = rng.save();
    expect(saved.spareNormal).not.toBeNull();
    expect(rng.normal()).toBe(saved.spareNormal);
    expect(rng.save().spareNormal).toBeNull();
  });

  it("forks by name alone: draws by the parent or a sibling move nothing", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(drawName), (seed, drawn) => {
        const quiet = createRng(seed, "run");
        const busy = createRng(seed, "run");
        take(busy, drawn);
        take(busy.fork("sibling"), drawn);
        expect(busy.fork("fills").uniform()).toBe(quiet.fork("fills").uniform());
      }),
    );
  });

  it("NU-1: refuses a state that is not made of 32-bit words", () => {
    const rng = createRng(1, "x");
    const saved = rng.save();
    expect(() => rng.restore({ ...saved, words: [1, 2, 3, -4] })).toThrow(/NU-1/);
    expect(() => rng.restore({ ...saved, key: [0.5, 2] })).toThrow(/NU-1/);
  });
});

describe("the distributions", () => {
  const N = 200_000;

  it("uniform stays in [0, 1), fills it evenly and does not follow itself", () => {
    const values = sample(
      N,
      (
        (rng) => () =>
          rng.uniform()
      )(createRng(11, "uniform")),
    );
    expect(values.every((u) => u >= 0 && u < 1)).toBe(true);
    const bins = new Float64Array(64);
    for (const u of values) bins[Math.floor(u * 64)]! += 1;
    const chiSquare = bins.reduce((total, count) => total + (count - N / 64) ** 2 / (N / 64), 0);
    expect(chiSquare).toBeLessThan(120); // 63 degrees of freedom: p = 2e-5
    const lagged = values.subarray(1).map((u, i) => (u - 0.5) * (values[i]! - 0.5));
    expect(Math.abs(average(lagged) * 12)).toBeLessThan(4.5 / Math.sqrt(N));
  });

  it("uniform is a multiple of 2^-53 that uses the lowest bit", () => {
    const rng = createRng(12, "bits");
    const wide = Array.from({ length: 64 }, () => rng.uniform() * 2 ** 53);
    expect(wide.every(Number.isSafeInteger)).toBe(true);
    expect(wide.some((value) => value % 2 === 1)).toBe(true);
  });

  it("normal has the moments of a normal, and pairs do not correlate", () => {
    const rng = createRng(13, "normal");
    const values = sample(N, () => rng.normal());
    expect(Math.abs(average(values))).toBeLessThan(4.5 / Math.sqrt(N));
    expect(average(values.map((z) => z * z))).toBeCloseTo(1, 1.8);
    expect(average(values.map((z) => z ** 3))).toBeCloseTo(0, 1.3);
    expect(average(values.map((z) => z ** 4))).toBeCloseTo(3, 0.9);
    const paired = sample(
      N / 2,
      (
        (i) => () =>
          values[2 * i]! * values[2 * i++ + 1]!
      )(0),
    );
    expect(Math.abs(average(paired))).toBeLessThan(4.5 / Math.sqrt(N / 2));
  });

  it("exponential has mean and deviation 1 and is never negative nor -0", () => {
    const rng = createRng(14, "exponential");
    const values = sample(N, () => rng.exponential());
    expect(average(values)).toBeCloseTo(1, 1.8);
    expect(average(values.map((x) => x * x))).toBeCloseTo(2, 1);
    expect(values.every((x) => x >= 0 && !Object.is(x, -0))).toBe(true);
  });

  it("studentT has variance df / (df - 2) and the tails of its df", () => {
    const rng = createRng(15, "t");
    const values = sample(N, () => rng.studentT(8));
    expect(Math.abs(average(values))).toBeLessThan(0.015);
    expect(average(values.map((x) => x * x))).toBeCloseTo(8 / 6, 1.3);
    // Cauchy: P(|T| > 1) = 1/2 and P(|T| > 12.706) = 0.05.
    const cauchy = sample(N, () => rng.studentT(1));
    expect(average(cauchy.map((x) => (Math.abs(x) > 1 ? 1 : 0)))).toBeCloseTo(0.5, 2);
    expect(average(cauchy.map((x) => (Math.abs(x) > 12.7062 ? 1 : 0)))).toBeCloseTo(0.05, 2.5);
    expect(() => rng.studentT(0)).toThrow(/NU-1/);
  });

  it.each([1, 2, 3, 7, 100, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1])("integer(%d) is even", (n) => {
    const rng = createRng(16, "integer");
    const values = sample(20_000, () => rng.integer(n));
    expect(values.every((k) => Number.isSafeInteger(k) && k >= 0 && k < n)).toBe(true);
    expect(Math.abs(average(values) / (n - 1 || 1) - (n === 1 ? 0 : 0.5))).toBeLessThan(
      n === 2 ? 0.016 : 0.0135,
    );
  });

  it("integer has no modulo bias where plain modulo would show it", () => {
    const n = 3 * 2 ** 30; // 2^32 mod n = n / 3: modulo would draw the low third twice as often
    const rng = createRng(17, "bias");
    const low = sample(30_000, () => (rng.integer(n) < n / 3 ? 1 : 0));
    expect(average(low)).toBeCloseTo(1 / 3, 1.8);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])("NU-1: integer(%d) is refused", (n) => {
    expect(() => createRng(1, "x").integer(n)).toThrow(/NU-1/);
  });
});

/** Computed by this test's own BigInt reading of sfc32, so that a slip in 32-bit arithmetic shows. */
function sfc32Reference(a0: number, b0: number, c0: number, counter0: number, count: number): number[] {
  const word = (x: bigint) => BigInt.asUintN(32, x);
  let [a, b, c, counter] = [a0, b0, c0, counter0].map((x) => word(BigInt(x))) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return Array.from({ length: count }, () => {
    const out = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + out);
    return Number(out);
  });
}
