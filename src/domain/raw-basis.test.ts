/**
 * Goal    the factor to a printed price is the one that held at that instant, and unknown where nobody knows it.
 * Method  a table of steps by hand.
 */
import { expect, it } from "vitest";
import type { InstrumentId } from "./instrument.ts";
import { RawBasis, type RawStep } from "./raw-basis.ts";
import type { EpochMicros } from "./time.ts";

const step = (instrument: number, from: number, factor: number): RawStep => ({
  instrument: instrument as InstrumentId,
  from: from as EpochMicros,
  factor,
});

const basis = new RawBasis([
  step(1, Number.NEGATIVE_INFINITY, 8),
  step(1, 100, 4),
  step(1, 100, 2),
  step(1, 300, 1),
  step(2, Number.NEGATIVE_INFINITY, Number.NaN),
  step(3, 100, 5),
]);

it.each([
  [0, 50, 1, "an instrument without steps has printed prices"],
  [1, -5, 8, "before the first action"],
  [1, 99, 8, "the instant before"],
  [1, 100, 2, "at it; of two the later"],
  [1, 299, 2, "until the next"],
  [1, 9_999, 1, "after the last"],
  [2, 50, Number.NaN, "adjusted by its source"],
  [3, 99, Number.NaN, "before anything is known"],
])("instrument %i at %i: %d, %s", (instrument, at, expected) => {
  expect(basis.factor(instrument as InstrumentId, at as EpochMicros)).toBe(expected);
});
