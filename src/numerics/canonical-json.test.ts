/** Goal: equal data gives equal text, other data another text, and nothing is dropped in silence. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

describe("canonicalJson", () => {
  it("writes the example of RFC 8785 section 3.2.4 as the RFC does", () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: the RFC's own literal
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts keys by UTF-16 code units, as the table of RFC 8785 section 3.2.3", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    const expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"];
    expect(canonicalJson(value)).toBe(`{${expected.map((key) => `${JSON.stringify(key)}:0`).join(",")}}`);
  });

  it.each([
    [-0, "0"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [5e-324, "5e-324"],
    [2 ** 53, "9007199254740992"],
    [Object.create(null), "{}"],
    [[], "[]"],
    [{ b: [{}], a: { d: 1, c: "x" } }, '{"a":{"c":"x","d":1},"b":[{}]}'],
  ])("%j becomes %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("does not depend on the order of keys, and reads back as what it was", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(backwards(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  it.each([
    ["NaN", [Number.NaN], /NU-3: \$\[0\] is NaN/],
    ["an infinity", { a: { b: -Infinity } }, /\$\.a\.b is -Infinity/],
    ["undefined", undefined, /\$ is of type undefined/],
    ["a key whose value is undefined", { a: undefined }, /\$\.a is of type undefined/],
    // biome-ignore lint/suspicious/noSparseArray: a hole is the subject
    ["a hole", [1, , 2], /\$\[1\] is of type undefined/],
    ["a bigint", { n: 1n }, /\$\.n is of type bigint/],
    ["a function", [() => 0], /of type function/],
    ["a map", { m: new Map() }, /\$\.m is not a plain object/],
    ["a typed array", Float64Array.of(1), /\$ is not a plain object/],
    ["half a surrogate pair", ["\ud83d"], /half a surrogate pair/],
    ["half a pair in a key", { "\udc00": 1 }, /half a surrogate pair/],
    ["a cycle", cyclic, /holds itself/],
  ])("NU-3: refuses %s", (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toReversed();
  const copy: Record<string, unknown> = {};
  // defineProperty, because an assignment to "__proto__" would not make a key.
  for (const [key, item] of entries) {
    Object.defineProperty(copy, key, {
      value: backwards(item),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}
