/**
 * The heights that losses are measured from (RELIABILITY 1.5), on the net asset value of one unit. Deposits and
 * withdrawals buy and sell units at the value of the moment, so they never look like profit or loss.
 *
 *   B_prev  last value of the session before
 *   B_open  first value at or after the open + 60 s: the opening prints of the first minute are not trusted
 *   B_day   max(B_prev, B_open), fixed at open + 60 s; B_prev until then
 *   B_high  starts at B_day, then the highest value of the session
 *   B_hwm   the highest value ever
 *
 * Daily bars close with the session, so their first value after the open is the close: B_day is the larger of two
 * closes, the loss of a day is measured from close to close, and what happened in between is not seen.
 *
 * PF-4  The day's high never falls within a session and is never below the base; the base never moves once it is
 *       fixed (I-17). So the drawdown from the high is never smaller than the loss from the base.
 * PF-5  A value that is no number moves no height (I-16): one missing mark must not disarm the day.
 * PF-6  A flow of cash moves no height of a unit.
 */
import { InputError, InvariantError } from "../domain/assert.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";

/** How long after the open the day's base is fixed. */
const BASE_DELAY = MICROS_PER_MINUTE;

/** Plain JSON without NaN: what is not known yet is null. Dollars per unit, except `units` and the flows. */
export interface BaselineState {
  readonly units: number;
  readonly last: number;
  readonly previous: number;
  readonly dayOpen: number | null;
  readonly dayBase: number;
  readonly dayHigh: number;
  readonly high: number;
  readonly sessionOpen: number | null;
  /** Dollars of the account. */
  readonly flowToday: number;
  readonly flowSince: number;
}

export class Baselines {
  #units = 1;
  /** All in dollars per unit. The first unit is the whole account. */
  #last = Number.NaN;
  #previous = Number.NaN;
  #dayOpen = Number.NaN;
  #dayBase = Number.NaN;
  #dayHigh = Number.NaN;
  #high = Number.NaN;
  #sessionOpen = Number.NaN;
  #flowToday = 0;
  #flowSince = 0;

  constructor(startingEquity: number) {
    this.#last = startingEquity;
    this.#previous = startingEquity;
    this.#dayBase = startingEquity;
    this.#dayHigh = startingEquity;
    this.#high = startingEquity;
  }

  /** What the day's result is measured from: the last value of the session before, as dollars of today's account. */
  get dayStart(): number {
    return this.#previous * this.#units;
  }

  /** Each height as dollars of today's account: what it would be worth if a unit stood there. */
  get dayBase(): number {
    return this.#dayBase * this.#units;
  }

  get dayHigh(): number {
    return this.#dayHigh * this.#units;
  }

  get high(): number {
    return this.#high * this.#units;
  }

  /** True once the base of the session will not move any more. */
  get baseIsFixed(): boolean {
    return !Number.isNaN(this.#dayOpen);
  }

  /** Dollars per unit at the last known value. */
  get unitValue(): number {
    return this.#last;
  }

  /** Net deposits and withdrawals since the last valuation of the session before this one, dollars. */
  get flowToday(): number {
    return this.#flowToday;
  }

  /** The same since the last valuation. */
  get flowSinceValued(): number {
    return this.#flowSince;
  }

  /**
   * The new day starts from the last value of the one before, so an overnight gap counts. Told again of the
   * session it is in, as after a restart, it changes nothing.
   */
  startSession(open: EpochMicros): void {
    if (open === this.#sessionOpen) return;
    this.#sessionOpen = open;
    this.#previous = this.#last;
    this.#dayOpen = Number.NaN;
    this.#dayBase = this.#last;
    this.#dayHigh = this.#last;
    this.#flowToday = this.#flowSince;
  }

  /** Net asset value of the account, dollars, as marked at `at`. Returns what a unit is worth; NaN when unknown. */
  update(at: EpochMicros, equity: number): number {
    if (!Number.isFinite(equity)) return Number.NaN;
    this.#flowSince = 0;
    // A division is not free, and most accounts are one unit for good.
    const value = this.#units === 1 ? equity : equity / this.#units;
    this.#last = value;
    if (Number.isNaN(this.#dayOpen) && at >= this.#sessionOpen + BASE_DELAY) {
      this.#dayOpen = value;
      if (value > this.#dayBase) this.#dayBase = value;
    }
    if (value > this.#dayHigh) this.#dayHigh = value;
    if (value > this.#high) this.#high = value;
    if (this.#dayHigh < this.#dayBase) {
      throw new InvariantError(`PF-4: day's high ${this.#dayHigh} below its base ${this.#dayBase}`);
    }
    return value;
  }

  /**
   * Cash that came from outside (positive) or went there, dollars: it buys or sells units at the value before
   * it, `equityBefore` dollars, or the last one known. An account that would be left without a positive value
   * sells no units: the flow then counts as a result, because nothing can be measured in units of nothing.
   */
  flow(dollars: number, equityBefore: number = this.#last * this.#units): void {
    this.#flowToday += dollars;
    this.#flowSince += dollars;
    const before = Number.isFinite(equityBefore) ? equityBefore : this.#last * this.#units;
    const after = before + dollars;
    if (!(before > 0 && after > 0 && after < Number.POSITIVE_INFINITY)) return;
    this.#units *= after / before;
  }

  /** Fractions, zero or positive: 1 when all is lost, above it when more is; NaN for an unknown value. */
  drawdownFromDayHigh(equity: number): number {
    return below(this.#dayHigh, equity / this.#units);
  }

  lossFromDayBase(equity: number): number {
    return below(this.#dayBase, equity / this.#units);
  }

  drawdownFromHigh(equity: number): number {
    return below(this.#high, equity / this.#units);
  }

  save(): BaselineState {
    return {
      units: this.#units,
      last: this.#last,
      previous: this.#previous,
      dayOpen: orNull(this.#dayOpen),
      dayBase: this.#dayBase,
      dayHigh: this.#dayHigh,
      high: this.#high,
      sessionOpen: orNull(this.#sessionOpen),
      flowToday: this.#flowToday,
      flowSince: this.#flowSince,
    };
  }

  /** Takes over what `save` gave, after JSON or not. Throws InputError on anything else and names the field (PF-4). */
  load(state: unknown): void {
    const given = (typeof state === "object" && state !== null ? state : {}) as Record<string, unknown>;
    const number = (field: keyof BaselineState): number => {
      const value = given[field];
      if (typeof value === "number" && Number.isFinite(value)) return value;
      throw new InputError(`PF-4: saved baselines: ${field} = ${String(value)} is no number`, 3);
    };
    const maybe = (field: keyof BaselineState): number =>
      given[field] === null ? Number.NaN : number(field);
    const units = number("units");
    const [dayBase, dayHigh, high] = [number("dayBase"), number("dayHigh"), number("high")];
    if (!(units > 0)) throw new InputError(`PF-4: saved baselines: units = ${units} is not positive`, 3);
    if (dayHigh < dayBase)
      throw new InputError(`PF-4: saved baselines: dayHigh = ${dayHigh} is below dayBase`, 3);
    if (high < dayHigh) throw new InputError(`PF-4: saved baselines: high = ${high} is below dayHigh`, 3);
    const [last, previous] = [number("last"), number("previous")];
    const [dayOpen, sessionOpen] = [maybe("dayOpen"), maybe("sessionOpen")];
    const [flowToday, flowSince] = [number("flowToday"), number("flowSince")];
    this.#units = units;
    this.#last = last;
    this.#previous = previous;
    this.#dayOpen = dayOpen;
    this.#dayBase = dayBase;
    this.#dayHigh = dayHigh;
    this.#high = high;
    this.#sessionOpen = sessionOpen;
    this.#flowToday = flowToday;
    this.#flowSince = flowSince;
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Nothing can be measured from a height without money: then everything counts as lost, never as nothing. */
function below(height: number, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  return height > 0 ? Math.max(0, 1 - value / height) : 1;
}
