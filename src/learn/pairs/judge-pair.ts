/** One pair before the judge: the figures of its formation, whether they hold in each half of it and after it. */
import {
  type EngleGranger,
  engleGranger,
  orthogonalSlope,
  regressionLine,
  residualOf,
  reversionOf,
} from "../../numerics/cointegration.ts";
import { mean, sampleDeviation } from "../../numerics/moments.ts";
import type { PairParams } from "./pair-params.ts";

/** Why a pair is not traded. */
export const pairRefusals = {
  chance: "its p-value may be chance among as many pairs",
  hedge: "the two move against each other",
  halfLife: "a deviation comes back too fast, too slowly or never",
  unstable: "the hedge ratio of one half of the formation is another one",
  unconfirmed: "after the formation the spread went elsewhere",
  taken: "one of the two is in a better pair",
} as const;
export type PairRefusal = keyof typeof pairRefusals;

/** A line between two series, and how the residual moves about it. */
export interface Spread {
  readonly intercept: number;
  readonly slope: number;
  /** Of y - slope x, in the unit of y. */
  readonly mean: number;
  readonly deviation: number;
  /** Sessions; NaN where it does not come back. */
  readonly halfLife: number;
}

export interface PairFigures {
  /** Whether the first of the two is y: the direction with the smaller p. */
  readonly isFirstY: boolean;
  readonly test: EngleGranger;
  /** Of the other direction. */
  readonly otherP: number;
  readonly tlsHedge: number;
  /** Over the sessions that it was judged on. */
  readonly spread: Spread;
  /** Hedge ratio of each half of these. */
  readonly halves: readonly [number, number];
  /** Root mean square of the spread after them, in its deviations; NaN where none are kept back. */
  readonly off: number;
  /** Over the last sessions of the panel, as many as it was judged on: what it is traded by. */
  readonly traded: Spread;
}

/** `first` and `second` hold formation + confirmation values, as they are regressed. */
export function pairFigures(
  first: Float64Array,
  second: Float64Array,
  { formation, confirmation, lag }: PairParams,
): PairFigures {
  const [a, b] = [first.subarray(0, formation), second.subarray(0, formation)];
  const [forward, backward] = [engleGranger(a, b, lag), engleGranger(b, a, lag)];
  const isFirstY = !(backward.p < forward.p);
  const [test, other] = isFirstY ? [forward, backward] : [backward, forward];
  const [y, x] = isFirstY ? [first, second] : [second, first];
  const [wasY, wasX] = isFirstY ? [a, b] : [b, a];
  const spread = spreadOf(wasY, wasX);
  const half = Math.floor(formation / 2);
  const slopeOf = (from: number, to: number) =>
    regressionLine(wasY.subarray(from, to), wasX.subarray(from, to)).slope;
  const later = residualOf(y.subarray(formation), x.subarray(formation), spread);
  const off = Math.sqrt(later.reduce((total, value) => total + value * value, 0) / later.length);
  return {
    isFirstY,
    test,
    otherP: other.p,
    tlsHedge: orthogonalSlope(wasY, wasX),
    spread,
    halves: [slopeOf(0, half), slopeOf(half, formation)],
    off: off / spread.deviation,
    traded: confirmation === 0 ? spread : spreadOf(y.subarray(confirmation), x.subarray(confirmation)),
  };
}

function spreadOf(y: Float64Array, x: Float64Array): Spread {
  const line = regressionLine(y, x);
  const residual = residualOf(y, x, line);
  return {
    ...line,
    mean: mean(y) - line.slope * mean(x),
    deviation: sampleDeviation(residual),
    halfLife: reversionOf(residual).halfLife,
  };
}

/** What speaks against it, by itself: `chance` and `taken` are said of it among others. Empty: nothing. */
export function ownRefusals(figures: PairFigures, params: PairParams): readonly PairRefusal[] {
  const { spread, traded, halves, off } = figures;
  const isWithin = ({ halfLife }: Spread) => halfLife >= params.shortest && halfLife <= params.longest;
  const isSteady = halves.every((slope) => Math.abs(slope / spread.slope - 1) <= params.hedgeDrift);
  return [
    ...(spread.slope > 0 && traded.slope > 0 ? [] : ["hedge" as const]),
    ...(isWithin(spread) && isWithin(traded) ? [] : ["halfLife" as const]),
    ...(isSteady ? [] : ["unstable" as const]),
    ...(params.confirmation === 0 || off <= params.mostOff ? [] : ["unconfirmed" as const]),
  ];
}
