import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatLine, type EngineBeat, parseBeat, parseLease, positionsHash } from "./guardian-beat.ts";

const beat: EngineBeat = {
  kind: "engine",
  seq: 7,
  pending: 0,
  haltId: "abc",
  flattenLine: "close",
  exposure: 1400.5,
  positionsHash: "0badcafe",
  flows: -10,
  pid: 42,
  mono: 12.5,
};

describe("beats", () => {
  it("what is sent is what is read", () => {
    expect(parseBeat(beatLine(beat).trimEnd())).toEqual(beat);
    const guardian = { kind: "guardian", seq: 1, state: "blind", differs: false, mono: 1 } as const;
    expect(parseBeat(beatLine(guardian).trimEnd())).toEqual(guardian);
  });

  it("any field that is missing or of another kind makes it no beat, and nothing throws", () => {
    const fields = Object.keys(beat).filter((key) => key !== "haltId" && key !== "flattenLine");
    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.constantFrom(undefined, null, "x", Number.NaN, {}),
        (key, value) => {
          fc.pre(!(key === "positionsHash" && value === "x"));
          expect(parseBeat(JSON.stringify({ ...beat, [key]: value }))).toBeUndefined();
        },
      ),
    );
    for (const text of ["", "{", "null", "7", '"x"', JSON.stringify({ ...beat, haltId: "x".repeat(5000) })])
      expect(parseBeat(text)).toBeUndefined();
    expect(parseBeat(JSON.stringify({ ...beat, flattenLine: "open" }))).toBeUndefined();
  });

  it("a lease is read whole or not at all", () => {
    const lease = { haltId: "abc", owner: "engine", line: "verify", beatAtMs: 3 };
    expect(parseLease(JSON.stringify(lease))).toEqual(lease);
    for (const wrong of [{ owner: "me" }, { line: "x" }, { beatAtMs: null }, { haltId: 1 }])
      expect(parseLease(JSON.stringify({ ...lease, ...wrong }))).toBeUndefined();
    expect(parseLease("")).toBeUndefined();
  });

  it("the word for positions knows no order and no flat ones, and knows one share more", () => {
    const rows = [
      { symbol: "A", shares: 1 },
      { symbol: "B", shares: -2.5 },
    ];
    expect(positionsHash(rows)).toBe(positionsHash([...rows, { symbol: "C", shares: 0 }].toReversed()));
    expect(positionsHash(rows)).not.toBe(positionsHash([{ symbol: "A", shares: 2 }]));
    expect(positionsHash([])).toMatch(/^[0-9a-f]{8}$/);
  });
});
