/**
 * What one seed of the storm is: its size, which faults it has and how often (swarm: each seed switches a random
 * subset on, so that rare pairs of faults meet without all the others around them), and how tight its limits are.
 */
import { createRng } from "../../numerics/rng.ts";

export const faultKinds = [
  "duplicate",
  "late",
  "reordered",
  "lost_acknowledgement",
  "rejected_after_accepted",
  "partial_pieces",
  "cancel_crosses_fill",
  "missing_bar",
  "crash",
  "downtime",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * What the engine is known not to survive yet. While a switch is on, the storm spares the engine that situation;
 * turning it off here is the whole change once the engine can. Each names what happens without it.
 */
export interface KnownLimits {
  /** A leg's fill before its entry's: EX-1 halts the engine, the leg covers nothing yet. */
  readonly legFillBeforeEntry: boolean;
  /**
   * The end of an entry with protective orders, or of one of those, before its own last fill: the engine believes
   * itself flat, the next entry takes the place of the old protective orders, and their fills halt it (EX-1); a
   * protective order that has ended no longer grows with its entry, and its late fill is more than it had.
   */
  readonly endBeforeFill: boolean;
  /**
   * An exit leaves together with the cancels of the protective orders in its way. When one of those has traded
   * already, both do, and the position turns around (I-15). While on, the venue refuses such exits, as a broker does
   * that holds shares for open orders.
   */
  readonly exitDoesNotWait: boolean;
  /**
   * An entry that turns a position around leaves together with the exit: when that one fails, the entry only
   * shrinks the old position and its stop would grow it again (I-15). While on, only seeds without late news turn.
   */
  readonly turnDoesNotWait: boolean;
  /**
   * A position may stand without the stop its entry came with (I-35): after an exit that was rejected, whose protective
   * orders were canceled for it, and where a stop that was moved in early does not grow with its entry.
   */
  readonly protectionHasHoles: boolean;
}

export const knownLimits: KnownLimits = {
  legFillBeforeEntry: false,
  endBeforeFill: false,
  exitDoesNotWait: false,
  turnDoesNotWait: false,
  protectionHasHoles: false,
};

export interface StormPlan {
  readonly seed: number;
  readonly symbols: number;
  /** One-minute bars, in two sessions. */
  readonly minutes: number;
  /** Chance per occasion; 0 for a fault that this seed does not have. */
  readonly rates: Readonly<Record<FaultKind, number>>;
  readonly limits: {
    readonly entriesPerDay: number;
    readonly gross: number;
    readonly position: number;
    readonly positions: number;
    readonly toxicMinutes: number;
    /** Losing round trips in a row that pause a strategy. */
    readonly losses: number;
    /** Of the usual limits on losses of the account, a fraction: small ones are reached within minutes. */
    readonly lossScale: number;
  };
  /** The restless strategy may ask for the opposite side while it holds one. */
  readonly turnsAround: boolean;
  /** Chance per minute that an operator acts. */
  readonly operatorRate: number;
  /** Crashes at most: each costs a replay. */
  readonly crashesMax: number;
  readonly known: KnownLimits;
  /** The engine watches the stops and rests wider ones; how wide, as settings of `virtualStop`. */
  readonly virtualStops: boolean;
  readonly virtualStop: { readonly disasterFraction: number; readonly collarBps: number };
}

export interface StormSize {
  readonly symbols: number;
  readonly minutes: number;
}

/** 20 virtual minutes of five symbols: what a seed is unless asked otherwise. */
export const usualSize: StormSize = { symbols: 5, minutes: 20 };

/** Highest chance of each fault, per occasion: a bar, an order, an event, a cancel, a journal write, a crash. */
const most: Readonly<Record<FaultKind, number>> = {
  duplicate: 0.3,
  late: 0.3,
  reordered: 0.5,
  lost_acknowledgement: 0.2,
  rejected_after_accepted: 0.25,
  partial_pieces: 0.6,
  cancel_crosses_fill: 0.9,
  missing_bar: 0.15,
  crash: 0.02,
  downtime: 0.6,
};

/** Faults after which the engine may not know yet what has become of an order. */
const lateNews: readonly FaultKind[] = [
  "late",
  "reordered",
  "lost_acknowledgement",
  "rejected_after_accepted",
  "cancel_crosses_fill",
];

/** From a stream of their own, so that a seed of before keeps its faults. */
function lossLimits(seed: number) {
  const rng = createRng(seed, "storm breakers");
  return {
    losses: [2, 3, 3, 1000][rng.integer(4)] as number,
    lossScale: [0.05, 0.2, 1][rng.integer(3)] as number,
  };
}

/** The narrow disaster stop is reached within minutes, together with the virtual one or before the exit arrives. */
function stopKind(seed: number): Pick<StormPlan, "virtualStops" | "virtualStop"> {
  const rng = createRng(seed, "storm stops");
  return {
    virtualStops: rng.uniform() < 0.5,
    virtualStop: {
      disasterFraction: [0.005, 0.02, 0.08][rng.integer(3)] as number,
      collarBps: [1, 50, 1000][rng.integer(3)] as number,
    },
  };
}

export function drawPlan(
  seed: number,
  size: StormSize = usualSize,
  known: KnownLimits = knownLimits,
): StormPlan {
  const rng = createRng(seed, "storm plan");
  const share = 0.2 + 0.7 * rng.uniform();
  const drawn = faultKinds.map((kind): [FaultKind, number] => {
    const isOn = rng.uniform() < share;
    const rate = most[kind] * (0.1 + 0.9 * rng.uniform());
    return [kind, isOn ? rate : 0];
  });
  const rates = Object.fromEntries(drawn) as Record<FaultKind, number>;
  const oneOf = <Value>(values: readonly Value[]): Value => values[rng.integer(values.length)] as Value;
  const limits = {
    entriesPerDay: oneOf([2, 5, 100]),
    gross: oneOf([0.06, 0.15, 1]),
    position: oneOf([0.02, 0.05]),
    positions: oneOf([2, 4, 30]),
    toxicMinutes: oneOf([0, 0, 1]),
    ...lossLimits(seed),
  };
  const wantsTurns = rng.uniform() < 0.6;
  const knowsAll = lateNews.every((kind) => rates[kind] === 0);
  return {
    seed,
    ...size,
    rates,
    limits,
    turnsAround: wantsTurns && (knowsAll || !known.turnDoesNotWait),
    operatorRate: oneOf([0, 0.05, 0.15]),
    crashesMax: 6,
    known,
    ...stopKind(seed),
  };
}
