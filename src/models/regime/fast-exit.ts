/**
 * The fast exit: while the daily regime still says Bull, an hour of five-minute closes falls so fast that longs go
 * and no new ones come until it recovers (REGIME-2).
 *
 * The source's threshold, -0.002 of the price per bar, is 6 to 9 standard deviations of an hour of SPY: outside a crash
 * it never fires. So the default measures in deviations of the symbol itself, the median over 20 sessions, and asks
 * that the fall stands out from its own scatter; -0.002 stays as the circuit breaker that asks for neither. Windows
 * never cross the night: in 2018-2020 a window that does finds 247 falls, most of them the gap (QUANT f).
 */
import { z } from "zod";
import { quantile } from "../../numerics/moments.ts";
import { defineMachine } from "./state-machine.ts";
import { windowSlope } from "./window-slope.ts";

export interface FiveMinuteClose {
  /** Day number of its session; another one begins a new window. */
  readonly session: number;
  /** Dollars. A bar without a positive number is left out. */
  readonly close: number;
  /** Whether the daily regime is Bull. */
  readonly isBull: boolean;
}

interface FastExitVerdict {
  /** Longs are to go, and new ones are barred. */
  readonly isActive: boolean;
  /** It became so with this bar. */
  readonly hasFired: boolean;
  /** Slope of the window over its mean, per bar; NaN until the session has a full window. */
  readonly slope: number;
  readonly tStat: number;
  /** Below this slope it fires; negative. */
  readonly threshold: number;
}

const params = z.strictObject({
  /** `scaled` by the symbol's own volatility, or the source document's `literal` threshold alone. */
  mode: z.enum(["scaled", "literal"]).default("scaled"),
  /** Bars in a window. */
  bars: z.int().min(4).max(78).default(12),
  /** Standard deviations of the slope that a fall must exceed. */
  sigmas: z.number().positive().max(20).default(3),
  /** Standard errors of the slope that a fall must exceed. */
  tStat: z.number().min(0).max(20).default(3),
  /** Sessions that the deviation is the median of. */
  sessions: z.int().min(1).max(250).default(20),
  /** Fall per bar that counts while there are fewer sessions; of SPY. */
  fallback: z.number().positive().max(0.01).default(0.00075),
  /** Fall per bar that counts in any case, and in `literal` alone. */
  crash: z.number().positive().max(0.05).default(0.002),
  /** Bars in a row without a fall after which it has recovered: windows overlap, so one bar tells little. */
  coolDownBars: z.int().min(1).max(78).default(3),
});
type Params = z.infer<typeof params>;

const numbers = z.array(z.number()).readonly();
const memory = z.strictObject({
  /** Null before the first bar. */
  session: z.number().nullable(),
  /** Of the session, the last ones, oldest first. */
  closes: numbers,
  /** Windows of the session so far, the mean of their slopes and the squares about it (Welford 1962). */
  windows: z.int().min(0),
  mean: z.number(),
  squares: z.number().min(0),
  /** Deviations of the slope in earlier sessions, oldest first. */
  deviations: numbers,
  isActive: z.boolean(),
  /** Bars in a row without a fall. */
  calmBars: z.int().min(0),
});
type Memory = z.infer<typeof memory>;

/** Windows that a session needs for its deviation to count: half an early close. */
const WINDOWS_MIN = 12;

export const fastExit = defineMachine({
  id: "fast_exit",
  params,
  state: memory,
  initial: {
    session: null,
    closes: [],
    windows: 0,
    mean: 0,
    squares: 0,
    deviations: [],
    isActive: false,
    calmBars: 0,
  } as Memory,

  step(before, { session, close, isBull }: FiveMinuteClose, given) {
    const held = before.session === session ? before : nextSession(before, session, given);
    const threshold = -thresholdOf(held, given);
    const isUsable = close > 0 && close < Infinity;
    const closes = isUsable ? [...held.closes, close].slice(-given.bars) : held.closes;
    if (!isUsable || closes.length < given.bars) {
      const said: FastExitVerdict = {
        isActive: held.isActive,
        hasFired: false,
        slope: Number.NaN,
        tStat: Number.NaN,
        threshold,
      };
      return { state: { ...held, closes }, said };
    }
    const { slope, tStat } = windowSlope(closes);
    const isFalling = slope < threshold;
    const standsOut = given.mode === "literal" || tStat < -given.tStat;
    const isCrash = given.mode === "scaled" && slope < -given.crash;
    const hasFired = !held.isActive && (isCrash || (isBull && isFalling && standsOut));
    const calmBars = isFalling || isCrash ? 0 : held.calmBars + 1;
    const isActive = hasFired || (held.isActive && calmBars < given.coolDownBars);
    const said: FastExitVerdict = { isActive, hasFired, slope, tStat, threshold };
    return { state: { ...withWindow(held, slope), closes, isActive, calmBars }, said };
  },
});

/** Positive: the fall per bar that counts. */
function thresholdOf({ deviations }: Memory, { mode, sigmas, sessions, fallback, crash }: Params): number {
  if (mode === "literal") return crash;
  if (deviations.length < sessions) return fallback;
  return sigmas * quantile(Float64Array.from(deviations), 0.5);
}

/** A night recovers nothing: what was barred stays so until a full window of the new session says otherwise. */
function nextSession(held: Memory, session: number, { sessions }: Params): Memory {
  const { windows, squares } = held;
  const known = windows < WINDOWS_MIN ? [] : [Math.sqrt(squares / (windows - 1))];
  const deviations = [...held.deviations, ...known].slice(-sessions);
  return { ...held, session, closes: [], windows: 0, mean: 0, squares: 0, deviations, calmBars: 0 };
}

function withWindow(held: Memory, slope: number): Memory {
  const windows = held.windows + 1;
  const away = slope - held.mean;
  const mean = held.mean + away / windows;
  return { ...held, windows, mean, squares: held.squares + away * (slope - mean) };
}
