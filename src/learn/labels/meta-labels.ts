/**
 * Meta-labels (LEARN-2, QUANT d9; López de Prado 2018, chapter 3; Joubert 2022): a primary rule says which side, a
 * second model learns when it is worth following.
 *
 * The second model must never see a primary that was fitted on the same rows; feed it out-of-fold sides only.
 */
import { numberWithin, sameLength, wholeWithin } from "../allowed.ts";

/** QUANT d9: with fewer events, or a rarer class, there is nothing to learn from. */
const EVENTS_MIN = 200;
const CLASS_SHARE_MIN = 0.05;

export interface MetaLabels {
  /** 1 where the side made money after costs, else 0. */
  readonly label: Uint8Array;
  /** Simple return of the side, net of `cost`. */
  readonly netReturn: Float64Array;
  /** Why a second model may not be trained on these, in a sentence; undefined when it may. */
  readonly disabled: string | undefined;
}

/** `sideReturn` gross per event; `cost` of the round trip as a fraction of the stake, per event, from 0 up. */
export function metaLabels(sideReturn: Float64Array, cost: Float64Array): MetaLabels {
  sameLength("cost", cost.length, "sideReturn", sideReturn.length);
  const netReturn = sideReturn.map(
    (value, i) => value - numberWithin(`cost of row ${i}`, cost[i]!, { from: 0, to: 1 }),
  );
  const label = Uint8Array.from(netReturn, (value) => (value > 0 ? 1 : 0));
  const wins = label.reduce((count, one) => count + one, 0);
  return { label, netReturn, disabled: whyDisabled(label.length, wins) };
}

function whyDisabled(events: number, wins: number): string | undefined {
  if (events < EVENTS_MIN) return `${events} events, fewer than ${EVENTS_MIN}`;
  const rarer = Math.min(wins, events - wins) / events;
  if (rarer >= CLASS_SHARE_MIN) return undefined;
  return `the rarer class is ${(100 * rarer).toFixed(1)} % of events, under ${100 * CLASS_SHARE_MIN} %`;
}

export interface ThresholdTerms {
  /** Share of equity staked on each trade, in (0, 1]: more makes losses weigh more. */
  readonly stake: number;
  /** Trades the threshold must let through, from 1 up; fewer would pick out the luckiest few. */
  readonly minTrades: number;
}

export interface Threshold {
  /** Trade when the probability is at or above it; Infinity when not trading is best. */
  readonly probability: number;
  /** Growth of equity over the training events, the sum of ln(1 + stake * net return). */
  readonly growth: number;
  readonly trades: number;
}

/**
 * The probability from which following the primary made equity grow most, net of costs. Choose it on training rows
 * only. Equal probabilities pass together; of equal growths the higher threshold, hence fewer trades, is taken.
 */
export function chooseThreshold(
  probability: Float64Array,
  netReturn: Float64Array,
  { stake, minTrades }: ThresholdTerms,
): Threshold {
  sameLength("netReturn", netReturn.length, "probability", probability.length);
  numberWithin("stake", stake, { from: Number.MIN_VALUE, to: 1 });
  wholeWithin("minTrades", minTrades, { from: 1, to: Number.MAX_SAFE_INTEGER });
  const order = Int32Array.from(probability, (_, i) => i).sort(
    (a, b) => probability[b]! - probability[a]! || a - b,
  );
  let best: Threshold = { probability: Infinity, growth: 0, trades: 0 };
  let growth = 0;
  for (let k = 0; k < order.length; k++) {
    growth += Math.log1p(Math.max(stake * netReturn[order[k]!]!, -1));
    const tied = k + 1 < order.length && probability[order[k + 1]!] === probability[order[k]!];
    if (tied || k + 1 < minTrades || !(growth > best.growth)) continue;
    best = { probability: probability[order[k]!]!, growth, trades: k + 1 };
  }
  return best;
}
