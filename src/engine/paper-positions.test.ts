/**
 * Goal    a position on paper makes what its bars and costs make of it: never from the bar it was decided on, net of
 *         what trading costs on both sides, the same through a split, with dividends paid and owed.
 * Method  by hand: one wish, the bars after it, and the net return that Kelly is told of. That the whole of it is what
 *         the simulated venue does stands in test/paper-parity.test.ts.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, OrderType, type Side, TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { executionParams } from "../execution/order-policy.ts";
import { PaperPositions, type PaperPricing, type PaperWish } from "./paper-positions.ts";

const I = 0 as InstrumentId;
const sessions = testSessions(20, 390);
const closes = Array.from({ length: 20 }, (_, n) => barClose(sessions, n));
const { tick } = executionParams.parse({});

const free: PaperPricing = {
  startSession() {},
  update() {},
  action() {},
  lends: () => true,
  trades: () => true,
  most: (volume) => volume,
  paid: (_order, _batch, { price }) => price,
  fees: () => 0,
};
/** A dollar a share against every fill, and two dollars a fill. */
const dear: PaperPricing = {
  ...free,
  paid: ({ side }, _batch, { price }) => price + side,
  fees: () => 2,
};

/** A desk of one strategy, and what it was told. */
class Desk {
  readonly returns: number[] = [];
  readonly positions: PaperPositions;
  #batch = 0;

  constructor(pricing: PaperPricing = free) {
    const closed = (_: number, netReturn: number) => this.returns.push(netReturn);
    this.positions = new PaperPositions({ strategies: 1, instruments: 1, sessions }, pricing, tick, closed);
  }

  play(text: string): void {
    for (const word of text.trim().split(/\s+/)) {
      const at = closes[this.#batch++] as EpochMicros;
      const columns = columnsOf("1d", 1, bars(0, word, [at]));
      const to = columns.closedAt.length;
      this.positions.bars({ at, from: 0, to, columns }, () => (to === 0 ? -1 : 0));
    }
  }

  wish(parts: Partial<PaperWish> = {}): boolean {
    return this.positions.wish({
      number: 0 as OrderNumber,
      strategy: 0,
      instrument: I,
      side: 1,
      type: OrderType.Market,
      timeInForce: TimeInForce.NextBar,
      limit: Number.NaN,
      shares: 10,
      stop: Number.NaN,
      target: Number.NaN,
      timeStopBars: 0,
      decidedAt: closes[this.#batch - 1] as EpochMicros,
      ...parts,
    });
  }
}

describe("a hundred dollars a share", () => {
  it.each(
    table(`
      side  limit  stop  target  net    bars  why
      1     none   95    none    -0.05  100/102/99/101 101/101/94/96  the stop
      1     none   95    none    -0.07  100/102/99/101 93/97/92/96  a gap through it: the open
      1     none   95    110     -0.05  100/102/99/101 101/112/94/96  both reached: the stop first
      1     none   95    110     0.1    100/102/99/101 101/112/100/111  the target
      1     none   95    none    -0.05  100/102/94/101  stopped in its own bar
      1     98     none  none    none   100/102/98/101  a limit that is touched: no trade
      -1    none   105   90      0.1    100/104/99/101 101/103/89/92  short: the target
      -1    none   105   none    -0.05  100/104/99/101 101/107/99/100  short: the stop
    `),
  )("side $side limit $limit stop $stop target $target: $why", (row) => {
    const desk = new Desk();
    desk.play("100/100/100/100");
    const limit = cellNumber(row.limit);
    desk.wish({
      side: cellNumber(row.side) as Side,
      limit,
      type: Number.isNaN(limit) ? OrderType.Market : OrderType.Limit,
      stop: cellNumber(row.stop),
      target: cellNumber(row.target),
    });
    desk.play(row.bars ?? "");
    const net = cellNumber(row.net);
    expect(desk.returns).toEqual(Number.isNaN(net) ? [] : [expect.closeTo(net, 9)]);
    expect(desk.positions.count(0)).toBe(0);
  });
});

it("never meets the bar that it was decided on", () => {
  const desk = new Desk();
  desk.play("100/140/60/100");
  desk.wish({ stop: 95, target: 110 });
  expect(desk.positions.shares(0, I)).toBe(0);
  desk.play("103/104/102/103");
  expect([desk.positions.shares(0, I), desk.positions.averageEntry(0, I)]).toEqual([10, 103]);
  expect(desk.returns).toEqual([]);
});

it("a decision to leave meets the next open, not the close it was made at", () => {
  const desk = new Desk();
  desk.play("100/100/100/100");
  desk.wish();
  desk.play("100/120/100/120");
  expect(desk.positions.leave(0, I)).toBe(true);
  expect(desk.returns).toEqual([]);
  desk.play("108/150/108/150");
  expect(desk.returns).toEqual([expect.closeTo(0.08, 9)]);
});

it.each([1, -1] as const)("side %d: a market that goes nowhere costs both ways in and out", (side) => {
  const desk = new Desk(dear);
  desk.play("100/100/100/100");
  desk.wish({ side });
  desk.play("100/100/100/100");
  desk.positions.leave(0, I);
  desk.play("100/100/100/100");
  // A dollar on ten shares twice, and two dollars a fill.
  expect(desk.returns).toEqual([expect.closeTo(-24 / (10 * (100 + side)), 9)]);
});

describe("an action on a position of ten shares that leaves at its stop", () => {
  const split = { kind: "SharesSplit", instrument: I, newShares: 4, oldShares: 1 } as const;
  const dividend = { kind: "DividendPaid", instrument: I, perShare: 2, isSpinOff: false } as const;

  it.each([
    ["long, nothing", 1, 90, undefined, "100/100/89/95", -0.1],
    ["long, a split: shares and stop follow", 1, 90, split, "25/25/22.25/23", -0.1],
    ["short, a split", -1, 110, split, "25/27.75/25/27", -0.1],
    ["long, a dividend is paid and its stop falls with the price", 1, 90, dividend, "98/98/87/95", -0.1],
    ["short, a dividend is owed", -1, 110, dividend, "98/109/98/100", -0.1],
  ] as const)("%s", (_, side, stop, action, last, net) => {
    const desk = new Desk();
    desk.play("100/100/100/100");
    desk.wish({ side, stop });
    desk.play("100/101/99/100");
    if (action !== undefined)
      desk.positions.action({ ...action, at: (closes[1]! + 1) as EpochMicros } as CorporateActionEvent);
    desk.play(last);
    expect(desk.returns).toEqual([expect.closeTo(net, 9)]);
  });
});

it("a bar without volume and a halt fill nothing, and the stop that was reached is left at the next open", () => {
  let isHalted = false;
  const desk = new Desk({ ...free, trades: () => !isHalted });
  desk.play("100/100/100/100");
  desk.wish({ stop: 95, timeInForce: TimeInForce.GoodTillCanceled });
  desk.play("100/100/90/90x0");
  isHalted = true;
  desk.play("100/100/90/90");
  expect(desk.positions.shares(0, I)).toBe(0);
  isHalted = false;
  desk.play("100/100/99/99 96/96/94/94x0");
  expect([desk.positions.shares(0, I), desk.returns]).toEqual([10, []]);
  desk.play("97/98/97/98");
  expect(desk.returns).toEqual([expect.closeTo(-0.03, 9)]);
});

it("one wish at a time; an entry that waits is taken back, a position is not", () => {
  const desk = new Desk();
  desk.play("100/100/100/100");
  expect([desk.wish(), desk.wish()]).toEqual([true, false]);
  desk.positions.takeBack(0, I);
  expect(desk.positions.count(0)).toBe(0);
  desk.wish();
  desk.play("100/100/100/100");
  desk.positions.takeBack(0, I);
  expect(desk.positions.count(0)).toBe(1);
});

it("what nobody lends is not sold short on paper either", () => {
  const desk = new Desk({ ...free, lends: () => false });
  desk.play("100/100/100/100");
  expect([desk.wish({ side: -1 }), desk.wish({ side: 1 })]).toEqual([false, true]);
});
