/**
 * A market made of chance, for the demo and for tests without data: one seed, the same bytes for ever.
 *
 * A Markov regime drives a market factor; sectors and companies add their own clustered, fat-tailed shocks;
 * news makes companies leap; minutes are bridges with a U-shaped day. Log prices are pulled to rest, so no
 * listing explodes or dies.
 *
 * Expected edge: close to none, by design. Sessions differ in sign and size of a weak carry between minutes
 * (positive in some, negative in others, near zero on average), regimes drift by a few basis points a session,
 * and the pull to rest has a half-life of months. A trend rule finds its trends, pays for the false ones, and
 * should lose about its costs; a demo that grows fast on this market is a bug, not a discovery.
 */
import { InputError, invariant } from "../domain/assert.ts";
import { allocateColumns, type BarColumns, barCount, batchCount } from "../domain/bars.ts";
import { type InstrumentId, type InstrumentTable, instrumentTable } from "../domain/instrument.ts";
import type { Session } from "../domain/session.ts";
import { type DayNumber, isoDate } from "../domain/time.ts";
import { isCalendarDay, nextSession, sessionAt, sessionRowOn, xnysSessions } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { type DayPlan, type Member, SyntheticDays } from "./synthetic-days.ts";
import { drawDefects, type SyntheticDefect } from "./synthetic-defects.ts";
import { drawTraits, MARKET_SECTOR, type SyntheticListing, syntheticListings } from "./synthetic-listings.ts";
import type { RegimeName } from "./synthetic-regime.ts";
import { SessionMaker } from "./synthetic-session.ts";

/** Sessions that exist before the first one: three years, enough to warm any daily window. */
export const MOST_HISTORY_SESSIONS = 756;

export interface SyntheticMarketOptions {
  /** Whole, 0 to 2^53-1. */
  readonly seed: number;
  /** Session number 0; must be a session of XNYS with three years of calendar before it. */
  readonly firstSession: DayNumber;
  /** Default: thirty companies and a fund. */
  readonly listings?: readonly SyntheticListing[];
}

export interface SyntheticMarket {
  readonly instruments: InstrumentTable;
  /** `market` for the fund. Halts on an instrument of another table (SM-1). */
  sectorOf(instrument: InstrumentId): string;
  /** When session `n` opens and closes. Throws InputError when the calendar ends before it. */
  sessionTimes(n: number): Session;
  /** What the market was doing in session `n`: for tests and explanations, never for a strategy. */
  regimeOf(n: number): RegimeName;
  /**
   * The minute bars of session `n`, freshly made; 0 is the first, -1 the one before. Costs most when asked
   * forwards or repeatedly; a step back plans again from the origin. Throws InputError outside the calendar
   * and before the history.
   */
  session(n: number): BarColumns;
  /** The minute bars of the last `sessions` sessions before the first, 0 to 756, as one table. */
  history(sessions: number): BarColumns;
  /** Broken records of session `n`, in order of arrival; about six. */
  defects(n: number): readonly SyntheticDefect[];
}

export function createSyntheticMarket({
  seed,
  firstSession,
  listings = syntheticListings,
}: SyntheticMarketOptions): SyntheticMarket {
  const root = createRng(seed, "synthetic market");
  const instruments = instrumentTable(listings.map(({ symbol }) => symbol));
  const sectors = [...new Set(listings.map(({ sector }) => sector))].filter((name) => name !== MARKET_SECTOR);
  const members: readonly Member[] = listings.map((listing) => ({
    symbol: listing.symbol,
    sector: sectors.indexOf(listing.sector),
    traits: drawTraits(listing, root.fork(`traits ${listing.symbol}`)),
  }));
  const originRow = rowOfOrigin(firstSession);
  const plans = new PlanCursor(() => new SyntheticDays(root.fork("days"), members, sectors));
  const maker = new SessionMaker(instruments, members, sectors);

  const ordinal = (n: number): number => {
    if (!Number.isInteger(n) || n < -MOST_HISTORY_SESSIONS) {
      throw new InputError(`session ${n}: give a whole number from ${-MOST_HISTORY_SESSIONS} on`);
    }
    return n + MOST_HISTORY_SESSIONS;
  };
  const sessionTimes = (n: number): Session => {
    const row = originRow + ordinal(n);
    const table = xnysSessions();
    if (row < table.date.length) return sessionAt(table, row);
    const left = table.date.length - originRow - MOST_HISTORY_SESSIONS;
    throw new InputError(`session ${n}: the XNYS calendar ends after ${left} sessions; start earlier`);
  };
  const session = (n: number): BarColumns =>
    maker.bars(plans.at(ordinal(n)), sessionTimes(n), root.fork(`session ${n}`));

  return {
    instruments,
    sectorOf(instrument) {
      const listing = listings[instrument];
      invariant(listing !== undefined, "SM-1", `no listing ${instrument}`);
      return listing.sector;
    },
    sessionTimes,
    regimeOf: (n) => plans.at(ordinal(n)).regime.name,
    session,
    history(sessions) {
      if (!Number.isInteger(sessions) || sessions < 0 || sessions > MOST_HISTORY_SESSIONS) {
        throw new InputError(`history ${sessions}: give a whole number from 0 to ${MOST_HISTORY_SESSIONS}`);
      }
      const parts = Array.from({ length: sessions }, (_, i) => session(i - sessions));
      return concatenate(instruments, parts);
    },
    defects: (n) => drawDefects(session(n), root.fork(`defects ${n}`)),
  };
}

/** Remembers where the plan stands, so that asking forwards never plans a session twice. */
class PlanCursor {
  readonly #start: () => SyntheticDays;
  #days: SyntheticDays;
  #latest: DayPlan | undefined;

  constructor(start: () => SyntheticDays) {
    this.#start = start;
    this.#days = start();
  }

  at(ordinal: number): DayPlan {
    if (this.#latest !== undefined && this.#days.next === ordinal + 1) return this.#latest;
    if (this.#days.next > ordinal) this.#days = this.#start();
    let plan = this.#days.advance();
    while (this.#days.next <= ordinal) plan = this.#days.advance();
    this.#latest = plan;
    return plan;
  }
}

/** Row of the calendar where history begins. */
function rowOfOrigin(firstSession: DayNumber): number {
  const row = sessionRowOn(firstSession);
  if (row < 0) {
    const next = isCalendarDay(firstSession) ? nextSession(firstSession) : undefined;
    const cure = next === undefined ? "give a date from 1993 to 2030" : `the next is ${isoDate(next.date)}`;
    throw new InputError(`first session ${isoDate(firstSession)} is no XNYS session; ${cure}`);
  }
  if (row < MOST_HISTORY_SESSIONS) {
    const earliest = isoDate(sessionAt(xnysSessions(), MOST_HISTORY_SESSIONS).date);
    throw new InputError(
      `first session ${isoDate(firstSession)}: the calendar lacks the ${MOST_HISTORY_SESSIONS} sessions ` +
        `of history before it; start on ${earliest} or later`,
    );
  }
  return row - MOST_HISTORY_SESSIONS;
}

function concatenate(instruments: InstrumentTable, parts: readonly BarColumns[]): BarColumns {
  const rows = parts.reduce((sum, part) => sum + barCount(part), 0);
  const batches = parts.reduce((sum, part) => sum + batchCount(part), 0);
  const whole = allocateColumns("1m", instruments, rows, batches);
  let row = 0;
  let batch = 0;
  for (const part of parts) {
    whole.closedAt.set(part.closedAt, batch);
    for (let b = 0; b < batchCount(part); b++) whole.offset[batch + b] = row + part.offset[b]!;
    whole.instrument.set(part.instrument, row);
    whole.open.set(part.open, row);
    whole.high.set(part.high, row);
    whole.low.set(part.low, row);
    whole.close.set(part.close, row);
    whole.volume.set(part.volume, row);
    row += barCount(part);
    batch += batchCount(part);
  }
  whole.offset[batch] = row;
  return whole;
}
