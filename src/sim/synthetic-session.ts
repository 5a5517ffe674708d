/** Turns one planned session of the synthetic market into minute bars, in cents and whole shares. */
import { allocateColumns, type BarColumns } from "../domain/bars.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { Session } from "../domain/session.ts";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import type { Rng } from "../numerics/rng.ts";
import type { DayPlan, ListingDay, Member } from "./synthetic-days.ts";
import {
  drawTemper,
  type SessionShape,
  type SessionTemper,
  sessionShape,
  walkMinutes,
} from "./synthetic-intraday.ts";

/** Share of recent shocks that carries on in a session that persists, or comes back in one that reverses. */
const TREND_CARRY = 0.2;
const REVERT_CARRY = -0.2;
/** Log spread of a minute's volume around its expectation. */
const VOLUME_SPREAD = 0.5;
/** How volume and swing rise at a leap, and how many minutes until that has fallen to a third. */
const LEAP_VOLUME = 7;
const LEAP_SWING = 1.5;
const LEAP_MINUTES = 12;
/** Shares of an ordinary print: what decides whether a thin listing trades at all in a minute. */
const SHARES_PER_PRINT = 60;
/** Above this many expected prints a minute without any is not worth a draw. */
const CERTAIN_PRINTS = 30;

/** Room for one session, instrument-major, used again for each. */
interface Scratch {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** -1 in a minute without a bar. */
  readonly volume: Float64Array;
}

export class SessionMaker {
  readonly #instruments: InstrumentTable;
  readonly #members: readonly Member[];
  readonly #sectors: readonly string[];
  readonly #shapes = new Map<number, SessionShape>();

  constructor(instruments: InstrumentTable, members: readonly Member[], sectors: readonly string[]) {
    this.#instruments = instruments;
    this.#members = members;
    this.#sectors = sectors;
  }

  /** `rng` belongs to this session alone. */
  bars(plan: DayPlan, { open, close }: Session, rng: Rng): BarColumns {
    const minutes = Math.round((close - open) / MICROS_PER_MINUTE);
    const shape = this.#shape(minutes);
    const temper = drawTemper(shape, rng.fork("temper"));
    const carry = drawCarry(plan, rng.fork("carry"));
    const walk = (name: string, end: number, volatility: number): Float64Array => {
      const path = new Float64Array(minutes);
      walkMinutes(path, temper, rng.fork(name), { end, volatility, carry });
      return path;
    };
    const market = walk("market", plan.market.intraday, plan.market.intradayVolatility);
    const sectors = plan.sectors.map((day, i) =>
      walk(`sector ${this.#sectors[i]}`, day.intraday, day.intradayVolatility),
    );

    const scratch = allocateScratch(this.#members.length * minutes);
    for (const [i, member] of this.#members.entries()) {
      const day = plan.listings[i] as ListingDay;
      const { marketBeta, sectorBeta } = member.traits;
      const path = walk(`listing ${member.symbol}`, day.own, day.ownVolatility);
      addScaled(path, market, marketBeta);
      const sector = sectors[member.sector];
      if (sector !== undefined) addScaled(path, sector, sectorBeta);
      const sectorVolatility = sectorBeta * (plan.sectors[member.sector]?.intradayVolatility ?? 0);
      const volatility = Math.hypot(
        marketBeta * plan.market.intradayVolatility,
        sectorVolatility,
        day.ownVolatility,
      );
      const tape = { path, temper, shape, volatility, day, member };
      writeListing(scratch, i * minutes, tape, rng.fork(`tape ${member.symbol}`));
    }
    return timeMajor(this.#instruments, scratch, minutes, open);
  }

  #shape(minutes: number): SessionShape {
    const known = this.#shapes.get(minutes);
    if (known !== undefined) return known;
    const shape = sessionShape(minutes);
    this.#shapes.set(minutes, shape);
    return shape;
  }
}

function drawCarry({ regime: { trending, reverting } }: DayPlan, rng: Rng): number {
  const drawn = rng.uniform();
  if (drawn < trending) return TREND_CARRY;
  return drawn < trending + reverting ? REVERT_CARRY : 0;
}

function allocateScratch(cells: number): Scratch {
  const column = () => new Float64Array(cells);
  return { open: column(), high: column(), low: column(), close: column(), volume: column() };
}

function addScaled(path: Float64Array, other: Float64Array, factor: number): void {
  for (let t = 0; t < path.length; t++) path[t] = path[t]! + factor * other[t]!;
}

interface Tape {
  /** Log price of each minute's end, relative to the open, leap not included. */
  readonly path: Float64Array;
  readonly temper: SessionTemper;
  readonly shape: SessionShape;
  /** Of the whole session, all drivers together. */
  readonly volatility: number;
  readonly day: ListingDay;
  readonly member: Member;
}

/** Writes the bars of one listing from cell `at` on. */
function writeListing(scratch: Scratch, at: number, tape: Tape, rng: Rng): void {
  const { path, temper, shape, volatility, day, member } = tape;
  const { halfSpread, averageVolume } = member.traits;
  const minutes = path.length;
  const leapMinute = day.leap === 0 ? minutes : Math.floor(day.leapAt * minutes);
  const sharesToday = averageVolume * day.activity;
  let before = day.open;
  let priceBefore = Math.exp(before);
  for (let t = 0; t < minutes; t++) {
    const sinceLeap = t - leapMinute;
    const echo = sinceLeap < 0 ? 0 : Math.exp(-sinceLeap / LEAP_MINUTES);
    const now = day.open + path[t]! + (sinceLeap < 0 ? 0 : day.leap);
    const price = Math.exp(now);
    const swing = volatility * temper.swing[t]! * (1 + LEAP_SWING * echo);
    // Prints fall on the bid or the ask: one draw decides for the open and the close.
    const sides = rng.integer(4);
    const open = t === 0 ? priceBefore : priceBefore * (1 + (sides & 1 ? halfSpread : -halfSpread));
    const close = price * (1 + (sides & 2 ? halfSpread : -halfSpread));
    writePrices(scratch, at + t, open, close, swing * price, rng);

    const moved = Math.min(4, Math.abs(now - before) / swing);
    const expected = sharesToday * shape.volume[t]! * (0.75 + 0.3 * moved) * (1 + LEAP_VOLUME * echo);
    const isAuction = t === 0 || t === minutes - 1;
    const printed = isAuction || hasPrint(expected / SHARES_PER_PRINT, rng);
    const shares = expected * Math.exp(VOLUME_SPREAD * rng.normal() - (VOLUME_SPREAD * VOLUME_SPREAD) / 2);
    scratch.volume[at + t] = printed ? Math.max(1, Math.round(shares)) : -1;
    before = now;
    priceBefore = price;
  }
}

function hasPrint(expectedPrints: number, rng: Rng): boolean {
  return expectedPrints > CERTAIN_PRINTS || rng.uniform() >= Math.exp(-expectedPrints);
}

/** High and low have the law of a Brownian bridge's extremes between open and close; `swing` in dollars. */
function writePrices(
  scratch: Scratch,
  cell: number,
  open: number,
  close: number,
  swing: number,
  rng: Rng,
): void {
  const spread = (close - open) * (close - open);
  const reach = 2 * swing * swing;
  const up = Math.sqrt(spread - reach * Math.log(1 - rng.uniform()));
  const down = Math.sqrt(spread - reach * Math.log(1 - rng.uniform()));
  scratch.open[cell] = cents(open);
  scratch.close[cell] = cents(close);
  // The extremes lie outside both prices by construction, but the sum's last bit may say otherwise.
  scratch.high[cell] = Math.max(scratch.open[cell]!, scratch.close[cell]!, cents((open + close + up) / 2));
  scratch.low[cell] = Math.min(scratch.open[cell]!, scratch.close[cell]!, cents((open + close - down) / 2));
}

const cents = (dollars: number): number => Math.max(1, Math.round(dollars * 100)) / 100;

function timeMajor(
  instruments: InstrumentTable,
  scratch: Scratch,
  minutes: number,
  open: number,
): BarColumns {
  let rows = 0;
  for (const shares of scratch.volume) if (shares >= 0) rows += 1;
  const columns = allocateColumns("1m", instruments, rows, minutes);
  const listings = instruments.symbols.length;
  let row = 0;
  for (let t = 0; t < minutes; t++) {
    columns.closedAt[t] = open + (t + 1) * MICROS_PER_MINUTE;
    columns.offset[t] = row;
    for (let i = 0; i < listings; i++) {
      const cell = i * minutes + t;
      const shares = scratch.volume[cell]!;
      if (shares < 0) continue;
      columns.instrument[row] = i;
      columns.open[row] = scratch.open[cell]!;
      columns.high[row] = scratch.high[cell]!;
      columns.low[row] = scratch.low[cell]!;
      columns.close[row] = scratch.close[cell]!;
      columns.volume[row] = shares;
      row += 1;
    }
  }
  columns.offset[minutes] = row;
  return columns;
}
