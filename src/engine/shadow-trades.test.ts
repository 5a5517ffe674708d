/**
 * Goal    what a blocked entry would have made is worked out as SH-2 says, to the cent, and ends.
 * Method  a table by hand: one entry, the bars after it, and the outcome.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../test/cell-number.ts";
import { table } from "../../test/table.ts";
import { type Bar, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ShadowTrades } from "./shadow-trades.ts";

const I = 0 as InstrumentId;

function play(shadows: ShadowTrades, bars: readonly string[], instrument = I, from = 0): void {
  const columns = columnsFromBars(
    "1d",
    instrumentTable(["A", "B"]),
    bars.map((text, n): Bar => {
      const [open = 0, high = 0, low = 0, close = 0] = text.split("/").map(Number);
      return { instrument, closedAt: (from + n + 1) as EpochMicros, open, high, low, close, volume: 100 };
    }),
  );
  for (let b = 0; b < bars.length; b++) {
    shadows.bars({ at: columns.closedAt[b]! as EpochMicros, from: b, to: b + 1, columns });
  }
}

describe("ten shares", () => {
  it.each(
    table(`
      side  limit  stop  target  saved  cost  trades  bars  why
      1     none   95    none    50     0     1       100/102/99/101 101/101/94/96  the stop
      1     none   95    none    70     0     1       100/102/99/101 93/97/92/96  a gap through it: the open
      1     none   95    110     50     0     1       100/102/99/101 101/112/94/96  both reached: the stop first
      1     none   95    110     0      150   1       100/111/99/101 101/109/99/105 115/116/99/101  not at once
      1     none   95    110     0      100   1       100/102/99/101 101/112/100/111  the target
      1     none   95    none    50     0     1       100/102/94/101  stopped in its own bar
      1     98     none  none    0      0     0       100/102/99/101  the limit was not reached: no trade
      1     98     none  none    0      0     0       100/102/98/101  touching is not enough
      1     98     95    none    30     0     1       100/102/97/101 99/99/90/91  at the limit
      1     101    95    none    50     0     1       100/102/99/101 99/99/90/91  at the open when that is better
      -1    none   105   90      0      100   1       100/104/99/101 101/103/89/92  short: the target
      -1    none   105   none    50     0     1       100/104/99/101 101/107/99/100  short: the stop
      -1    102    105   none    30     0     1       100/103/99/101 101/107/99/100  short: at its limit
    `),
  )("$side limit $limit stop $stop target $target: $why", (row) => {
    const shadows = new ShadowTrades();
    shadows.blocked({
      rule: "r",
      instrument: I,
      side: cellNumber(row.side) as Side,
      shares: 10,
      limit: cellNumber(row.limit),
      stop: cellNumber(row.stop),
      target: cellNumber(row.target),
      timeStopBars: 0,
    });
    play(shadows, (row.bars ?? "").split(/\s+/));
    expect(shadows.outcome("r")).toEqual({
      saved: cellNumber(row.saved),
      cost: cellNumber(row.cost),
      trades: cellNumber(row.trades),
    });
  });
});

describe("an entry", () => {
  const entry = {
    instrument: I,
    side: 1 as Side,
    shares: 1,
    limit: Number.NaN,
    stop: Number.NaN,
    target: Number.NaN,
  };

  it("is followed for its time stop, or twenty bars, and then forgotten", () => {
    const rising = Array.from({ length: 30 }, (_, n) => `${100 + n}/${100 + n}/${100 + n}/${100 + n}`);
    const shadows = new ShadowTrades();
    shadows.blocked({ ...entry, rule: "short", timeStopBars: 3 });
    shadows.blocked({ ...entry, rule: "default", timeStopBars: 0 });
    play(shadows, rising);
    expect(shadows.outcome("short").cost).toBe(2);
    expect(shadows.outcome("default").cost).toBe(19);
  });

  it("waits while its instrument has no bar", () => {
    const shadows = new ShadowTrades();
    shadows.blocked({ ...entry, rule: "r", timeStopBars: 1 });
    play(shadows, ["1/1/1/1", "1/1/1/1"], 1 as InstrumentId);
    expect(shadows.outcome("r").trades).toBe(0);
    play(shadows, ["50/50/50/55"], I, 10);
    expect(shadows.outcome("r")).toEqual({ saved: 0, cost: 5, trades: 1 });
  });

  it("counts for its own rule; a rule that blocked nothing saved nothing", () => {
    const shadows = new ShadowTrades();
    shadows.blocked({ ...entry, rule: "a", timeStopBars: 1 });
    play(shadows, ["10/10/10/8"]);
    expect([shadows.outcome("a"), shadows.outcome("b")]).toEqual([
      { saved: 2, cost: 0, trades: 1 },
      { saved: 0, cost: 0, trades: 0 },
    ]);
  });
});

describe("a corporate action on what is followed (SH-4)", () => {
  const at = 0 as EpochMicros;
  const seven = { kind: "SharesSplit", at, instrument: I, newShares: 7, oldShares: 1 } as const;
  const paid = { kind: "DividendPaid", at, instrument: I, perShare: 2, isSpinOff: false } as const;
  const long = { instrument: I, side: 1 as Side, shares: 10, limit: Number.NaN, stop: 630, target: 840 };
  const outcome = (shadows: ShadowTrades) => {
    const { saved, cost, trades } = shadows.outcome("r");
    return { saved: Math.round(saved * 1e6) / 1e6, cost: Math.round(cost * 1e6) / 1e6, trades };
  };

  it.each([
    ["the stop", "99/100/89/91", { saved: 700, cost: 0, trades: 1 }],
    ["the target", "99/121/98/120", { saved: 0, cost: 1_400, trades: 1 }],
  ])("a split on a filled one: %s in new shares, the same dollars", (_, bar, wanted) => {
    const shadows = new ShadowTrades();
    shadows.blocked({ ...long, rule: "r", timeStopBars: 0 });
    play(shadows, ["700/707/693/700"]);
    shadows.action({ ...seven, instrument: 1 as InstrumentId });
    shadows.action(seven);
    play(shadows, [bar], I, 10);
    expect(outcome(shadows)).toEqual(wanted);
  });

  it("a split before the fill: the limit of the evening meets the open of the morning", () => {
    const shadows = new ShadowTrades();
    shadows.blocked({ ...long, limit: 703.5, rule: "r", timeStopBars: 2 });
    shadows.action(seven);
    play(shadows, ["101/102/100.2/101", "101/105/101/105"]);
    // Filled at 100.5, left at 105 with its time stop: 70 shares.
    expect(outcome(shadows)).toEqual({ saved: 0, cost: 315, trades: 1 });
  });

  it("a dividend is a long's gain, leaves its target and lowers its stop; a short owes it", () => {
    const sides = [
      { side: 1 as Side, stop: 97, target: 110 },
      { side: -1 as Side, stop: 103, target: 90 },
    ];
    const found = sides.map((prices) => {
      const shadows = new ShadowTrades();
      shadows.blocked({ ...long, ...prices, rule: "r", timeStopBars: 2 });
      play(shadows, ["100/100/100/100"]);
      shadows.action(paid);
      // At 96 the long's stop of 97 would have sold; it is 95 now. Both leave at 98: what the price lost was paid.
      play(shadows, ["98/98/96/98"], I, 10);
      return outcome(shadows);
    });
    expect(found).toEqual([
      { saved: 0, cost: 0, trades: 1 },
      { saved: 0, cost: 0, trades: 1 },
    ]);
  });
});
