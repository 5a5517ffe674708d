/** Goal: the pure digest equals the platform's on every input. Method: FIPS vectors, then random inputs and splits. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestFloats, Sha256, sha256Hex, utf8Bytes } from "./sha256.ts";

const platform = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("Sha256", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    [
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" +
        "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("agrees with the FIPS 180-4 vector %#", (text, digest) => {
    expect(sha256Hex(text)).toBe(digest);
  });

  it("agrees with the platform at every length over three blocks", () => {
    for (let length = 0; length <= 192; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff);
      expect(new Sha256().update(bytes).digestHex()).toBe(platform(bytes));
    }
  });

  it("agrees with the platform however the input is cut", () => {
    const piece = fc.uint8Array({ minLength: 0, maxLength: 300, size: "max" });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8, size: "max" }), (pieces) => {
        const digest = new Sha256();
        for (const bytes of pieces) digest.update(bytes);
        expect(digest.digestHex()).toBe(platform(Buffer.concat(pieces)));
      }),
    );
  });

  it("does not keep the caller's bytes", () => {
    const bytes = new Uint8Array(10).fill(7);
    const digest = new Sha256().update(bytes);
    bytes.fill(0);
    expect(digest.digestHex()).toBe(platform(new Uint8Array(10).fill(7)));
  });

  it("NU-2: refuses to go on once read", () => {
    const digest = new Sha256();
    digest.digestHex();
    expect(() => digest.update(new Uint8Array(1))).toThrow(/NU-2/);
    expect(() => digest.digestHex()).toThrow(/NU-2/);
  });
});

describe("utf8Bytes", () => {
  it("agrees with the platform's encoder, half surrogates included", () => {
    const unit = fc.oneof(codePoint(), halfSurrogate());
    const text = fc.array(unit, { maxLength: 30, size: "max" }).map((units) => units.join(""));
    fc.assert(
      fc.property(text, (value) => {
        expect([...utf8Bytes(value)]).toEqual([...new TextEncoder().encode(value)]);
      }),
      {
        numRuns: 1000,
      },
    );
    for (const value of [
      "\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}",
      "\ud800",
      "\udc00\ud800",
      "é€😀",
    ]) {
      expect([...utf8Bytes(value)]).toEqual([...new TextEncoder().encode(value)]);
    }
  });
});

describe("digestFloats", () => {
  it("is the digest of each length and the little-endian doubles after it", () => {
    const columns = [
      Float64Array.of(1.5, -2),
      new Float64Array(0),
      Float64Array.from({ length: 3000 }, Math.sqrt),
    ];
    const bytes = columns.flatMap((column) => {
      const buffer = Buffer.alloc(4 + column.length * 8);
      buffer.writeUInt32LE(column.length);
      column.forEach((value, i) => {
        buffer.writeDoubleLE(value, 4 + i * 8);
      });
      return [buffer];
    });
    expect(digestFloats(...columns)).toBe(platform(Buffer.concat(bytes)));
  });

  it("moves with every value, with the order, with the sign of zero, and with where a column ends", () => {
    const of = (...columns: number[][]) =>
      digestFloats(...columns.map((column) => Float64Array.from(column)));
    const digests = [
      of([1, 2, 3]),
      of([1, 2], [3]),
      of([1], [2, 3]),
      of([2, 1, 3]),
      of([0]),
      of([-0]),
      of([]),
      of(),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("takes every NaN for the same, and honours a view into a larger buffer", () => {
    const odd = new Float64Array(1);
    new Uint32Array(odd.buffer).set([0xdeadbeef, 0xfff00001]);
    expect(odd[0]).toBeNaN();
    expect(digestFloats(odd)).toBe(digestFloats(Float64Array.of(Number.NaN)));
    expect(digestFloats(Float64Array.of(9, 1, 2, 9).subarray(1, 3))).toBe(
      digestFloats(Float64Array.of(1, 2)),
    );
  });
});

function halfSurrogate() {
  return fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code));
}

function codePoint() {
  const edges = fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff);
  return fc.oneof(edges, fc.integer({ min: 0, max: 0x10ffff })).map((code) => String.fromCodePoint(code));
}
