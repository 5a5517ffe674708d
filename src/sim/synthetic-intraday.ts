/**
 * The shape of a session: where its variance and its volume fall (high after the open and before the close, a
 * U), and paths through its minutes that end where the day's plan says.
 */
import type { Rng } from "../numerics/rng.ts";

/** Log volatility of the tape within a session: memory per minute, and spread. */
const TEMPER_MEMORY = 0.97;
const TEMPER_SPREAD = 0.35;
/** Memory of the drift that persisting or reversing minutes feed: a half-life of about 14 minutes. */
const DRIFT_MEMORY = 0.95;

/** Minutes of one length of session, by share of the whole; the sum of each column is 1. */
export interface SessionShape {
  readonly variance: Float64Array;
  readonly volume: Float64Array;
}

export function sessionShape(minutes: number): SessionShape {
  const middle = (t: number) => (t + 0.5) / minutes;
  const variance = Float64Array.from({ length: minutes }, (_, t) =>
    humps(middle(t), { floor: 0.6, open: 2.6, openWidth: 0.06, close: 0.7, closeWidth: 0.05 }),
  );
  const volume = Float64Array.from({ length: minutes }, (_, t) =>
    humps(middle(t), { floor: 0.6, open: 2.2, openWidth: 0.06, close: 2.2, closeWidth: 0.04 }),
  );
  // The auctions print in the first and the last minute.
  volume[0]! *= 3;
  volume[minutes - 1]! *= 6;
  return { variance: toShares(variance), volume: toShares(volume) };
}

interface Humps {
  readonly floor: number;
  readonly open: number;
  readonly openWidth: number;
  readonly close: number;
  readonly closeWidth: number;
}

function humps(share: number, { floor, open, openWidth, close, closeWidth }: Humps): number {
  return floor + open * Math.exp(-share / openWidth) + close * Math.exp((share - 1) / closeWidth);
}

function toShares(column: Float64Array): Float64Array {
  const total = column.reduce((sum, value) => sum + value, 0);
  return column.map((value) => value / total);
}

/** How one session's variance falls on its minutes: the usual shape times the temper of the day. */
export interface SessionTemper {
  /** Square root of each minute's share of the variance. */
  readonly swing: Float64Array;
  /** Share of the variance up to and with each minute; the last is 1. */
  readonly elapsed: Float64Array;
}

export function drawTemper({ variance }: SessionShape, rng: Rng): SessionTemper {
  const minutes = variance.length;
  const weight = new Float64Array(minutes);
  const kick = TEMPER_SPREAD * Math.sqrt(1 - TEMPER_MEMORY * TEMPER_MEMORY);
  let temper = TEMPER_SPREAD * rng.normal();
  for (let t = 0; t < minutes; t++) {
    weight[t] = variance[t]! * Math.exp(2 * temper);
    temper = TEMPER_MEMORY * temper + kick * rng.normal();
  }
  const shares = toShares(weight);
  const elapsed = new Float64Array(minutes);
  let sum = 0;
  for (let t = 0; t < minutes; t++) {
    sum += shares[t]!;
    elapsed[t] = sum;
  }
  return { swing: shares.map(Math.sqrt), elapsed };
}

/** What a path through the minutes must satisfy. */
export interface PathRequest {
  /** Log return from open to close: the path ends there. */
  readonly end: number;
  /** Standard deviation that the session's minutes add up to. */
  readonly volatility: number;
  /** Share of recent shocks that carries into each minute: positive persists, negative reverses. */
  readonly carry: number;
}

/** Writes a walk bent so that it ends at `end` (a bridge over the variance clock). */
export function walkMinutes(
  path: Float64Array,
  { swing, elapsed }: SessionTemper,
  rng: Rng,
  { end, volatility, carry }: PathRequest,
): void {
  const minutes = swing.length;
  let at = 0;
  let recent = 0;
  for (let t = 0; t < minutes; t++) {
    const shock = rng.normal();
    at += volatility * swing[t]! * (shock + carry * recent);
    recent = DRIFT_MEMORY * recent + (1 - DRIFT_MEMORY) * shock;
    path[t] = at;
  }
  const excess = at - end;
  for (let t = 0; t < minutes; t++) path[t] = path[t]! - elapsed[t]! * excess;
}
