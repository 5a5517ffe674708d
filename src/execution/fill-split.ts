/**
 * Who gets what of a fill that several demands share (ENS-1): pro rata to what each demanded, largest remainder
 * first, ties to the earlier demand. What was given stays given, so the parts add up to the fills after every one
 * of them, and nobody ever gets more than demanded.
 */
import { InvariantError } from "../domain/assert.ts";
import { NANOS } from "../domain/money.ts";

/**
 * Nano-shares for each demand out of `fill` nano-shares more. `demands` and `given` are nano-shares too, `given`
 * what each has got before. Whole shares stay whole where all figures are. Throws when the fill is more than is
 * left (EX-1).
 */
export function splitFill(demands: readonly number[], given: readonly number[], fill: number): number[] {
  const figures = [...demands, ...given, fill];
  const unit = figures.every((figure) => figure % NANOS === 0) ? NANOS : 1;
  return apportion(
    demands.map((demand) => demand / unit),
    given.map((part) => part / unit),
    fill / unit,
  ).map((part) => part * unit);
}

/** An amount of any sign in whole units, over weights in whole units; the parts add up to it. */
export function splitAmount(weights: readonly number[], amount: number): number[] {
  const size = Math.abs(amount);
  // Scaled up so that no weight is too small for its part: then the amount is a fill like any other.
  const roomy = weights.map((weight) => BigInt(weight) * BigInt(size));
  const parts = shareOut(
    roomy,
    roomy.map(() => 0n),
    BigInt(size),
  );
  return parts.map((part) => (amount < 0 ? 0 - Number(part) : Number(part)));
}

function apportion(demands: readonly number[], given: readonly number[], more: number): number[] {
  const wanted = demands.reduce((sum, demand) => sum + demand, 0);
  const before = given.reduce((sum, part) => sum + part, 0);
  if (!(more > 0 && before + more <= wanted)) {
    throw new InvariantError(`EX-1: ${more} more over ${before} of ${wanted} cannot be split`);
  }
  return shareOut(demands.map(BigInt), given.map(BigInt), BigInt(more)).map(Number);
}

/** Exact: products of nano-shares are beyond what doubles can hold. */
function shareOut(demands: readonly bigint[], given: readonly bigint[], more: bigint): bigint[] {
  const wanted = sum(demands);
  const parts = demands.map(() => 0n);
  if (wanted === 0n) return parts;
  const total = sum(given) + more;
  // What each is behind its exact part, times `wanted`. Those ahead wait; nobody gives anything back.
  const behind = demands.map((demand, n) => demand * total - (given[n] ?? 0n) * wanted);
  let left = more;
  for (const n of byRemainder(behind)) {
    const whole = (behind[n] ?? 0n) / wanted;
    const part = whole < 0n ? 0n : whole < left ? whole : left;
    parts[n] = part;
    left -= part;
  }
  const rest = behind.map((exact, n) => exact - (parts[n] ?? 0n) * wanted);
  for (const n of byRemainder(rest)) {
    if (left === 0n) break;
    parts[n] = (parts[n] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}

/** Positions, the largest value first, ties in their order. */
function byRemainder(values: readonly bigint[]): number[] {
  return values
    .map((_, n) => n)
    .sort((a, b) => {
      const one = values[a] ?? 0n;
      const other = values[b] ?? 0n;
      return one === other ? a - b : one > other ? -1 : 1;
    });
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
