/**
 * What one seed of the live storm is: its faults and how often they come (swarm: each seed switches a random subset on),
 * how far the broker is away and how it fills.
 */
import { createRng } from "../../src/numerics/rng.ts";
import { drawPlan, type StormPlan } from "../../src/sim/storm/plan.ts";

/** Per request, per frame, per journal write, or per second: see `most`. */
export const faultKinds = [
  "unreachable",
  "reset_before",
  "reset_after",
  "silence_before",
  "silence_after",
  "error_before",
  "error_after",
  "garbled_answer",
  "slow_answer",
  "throttled",
  "upgrade_refused",
  "socket_dropped",
  "socket_half_open",
  "socket_mute",
  "frame_lost",
  "fill_lost",
  "frame_duplicate",
  "frame_late",
  "frame_corrupt",
  "created_late",
  "rejected_after_accepted",
  "cancel_stuck",
  "account_restricted",
  "positions_stale",
  "crash_execute",
  "crash_compute",
  "journal_slow",
  "journal_failed",
  "clock_jump",
  "market_late",
] as const;
export type LiveFault = (typeof faultKinds)[number];

export interface LivePlan {
  readonly seed: number;
  /** Market, limits, stops and strategies are those of the storm. */
  readonly storm: StormPlan;
  /** Virtual minutes with faults. */
  readonly minutes: number;
  readonly rates: Readonly<Record<LiveFault, number>>;
  /** One way, milliseconds. */
  readonly latencyMs: number;
  readonly journalMs: number;
  readonly fillModel: "paper" | "book";
  /** How long a cancel or a change is on its way to the venue. */
  readonly requestMicros: number;
  /** Shares displayed at each side of the book. */
  readonly displayed: number;
  /** Chance per minute that an operator acts. */
  readonly operatorRate: number;
  readonly crashesMax: number;
}

export interface LiveSize {
  readonly symbols: number;
  readonly minutes: number;
}

export const usualSize: LiveSize = { symbols: 5, minutes: 20 };
/** Faults are over, trade goes on; then the operator pauses and everything must come to rest (I-29). */
export const HEALED_MINUTES = 2;
export const SETTLE_MINUTES = 5;
/** After the last bar: what it has set in motion comes to rest. */
export const QUIET_MS = 45_000;
/** Beyond the last minute, so that closing is never a matter of hours. */
const SPARE_MINUTES = 5;

/** Highest chance: per request, per frame, per write, or per second. */
const most: Readonly<Record<LiveFault, number>> = {
  unreachable: 0.15,
  reset_before: 0.1,
  reset_after: 0.15,
  silence_before: 0.08,
  silence_after: 0.1,
  error_before: 0.15,
  error_after: 0.15,
  garbled_answer: 0.1,
  slow_answer: 0.2,
  throttled: 0.02,
  upgrade_refused: 0.5,
  socket_dropped: 0.02,
  socket_half_open: 0.01,
  socket_mute: 0.01,
  frame_lost: 0.2,
  fill_lost: 0.4,
  frame_duplicate: 0.3,
  frame_late: 0.4,
  frame_corrupt: 0.1,
  created_late: 0.02,
  rejected_after_accepted: 0.02,
  cancel_stuck: 0.01,
  account_restricted: 0.003,
  positions_stale: 0.3,
  crash_execute: 0.01,
  crash_compute: 0.005,
  journal_slow: 0.05,
  journal_failed: 0.001,
  clock_jump: 0.01,
  market_late: 0.1,
};

export function drawLivePlan(seed: number, size: LiveSize = usualSize): LivePlan {
  const rng = createRng(seed, "live storm plan");
  const { symbols, minutes } = size;
  const whole = minutes + HEALED_MINUTES + SETTLE_MINUTES + SPARE_MINUTES;
  // The storm's minutes are in two sessions: the slice is the first of them.
  const storm = drawPlan(seed, { symbols, minutes: 2 * whole });
  const share = 0.1 + 0.4 * rng.uniform();
  const drawn = faultKinds.map((kind): [LiveFault, number] => {
    const isOn = rng.uniform() < share;
    const rate = most[kind] * (0.1 + 0.9 * rng.uniform());
    return [kind, isOn ? rate : 0];
  });
  const oneOf = <Value>(values: readonly Value[]): Value => values[rng.integer(values.length)] as Value;
  return {
    seed,
    storm,
    minutes,
    rates: Object.fromEntries(drawn) as Record<LiveFault, number>,
    latencyMs: oneOf([1, 20, 80, 200]),
    journalMs: oneOf([0, 2, 8]),
    fillModel: oneOf(["paper", "book"] as const),
    requestMicros: oneOf([0, 150_000, 2_000_000]),
    displayed: oneOf([7, 40, 400, 5_000]),
    operatorRate: oneOf([0, 0.03, 0.1]),
    crashesMax: 8,
  };
}
