/**
 * Doubles spread evenly over a range. `fc.double` spreads them over the exponents, so most of what it draws
 * from [0, 1000] is next to nothing, and a property about prices would be one about dust.
 */
import fc from "fast-check";

const STEPS = 2 ** 30;

export const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: STEPS }).map((step) => min + (max - min) * (step / STEPS));
