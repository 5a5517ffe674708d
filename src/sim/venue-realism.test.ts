/**
 * Goal    what the bar venue adds to prices and volumes: auctions, times of fills, halts, borrow, latency, and
 *         slippage told apart.
 * Method  bars and orders with the answer worked out by hand; `|` sets bars apart. Then exact sums over many fills.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { table } from "../../test/table.ts";
import { approvedOrder, eventWords, type OrderWish } from "../../test/venue-orders.ts";
import type { BarColumns } from "../domain/bars.ts";
import type { OrderFilled, VenueEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, type OrderNumber, Purpose, SELL, TimeInForce } from "../domain/order.ts";
import type { SessionTable } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { type CostParams, costParams } from "./cost-model.ts";
import { HaltSchedule } from "./halts.ts";
import { Latency } from "./latency.ts";
import { SimulatedVenue, type VenueExtras } from "./venue.ts";

const free = costParams.parse({
  slippage: "fixed",
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }],
});
const modelled: CostParams = {
  ...free,
  slippage: "modelled",
  auctionBps: 1,
  spreadBps: 20,
  maxParticipation: 0.1,
};

class Stage {
  readonly venue: SimulatedVenue;
  readonly #columns: BarColumns;
  #batch = 0;
  #told = 0;

  constructor(
    columns: BarColumns,
    sessions: SessionTable,
    costs: CostParams = free,
    extras: VenueExtras = {},
  ) {
    this.#columns = columns;
    this.venue = new SimulatedVenue(columns.instruments.symbols.length, costs, sessions, extras);
  }

  place(wish: OrderWish): void {
    this.venue.send({ kind: "PlaceOrder", order: approvedOrder(wish) });
  }

  bar(): VenueEvent[] {
    const { closedAt, offset } = this.#columns;
    const n = this.#batch++;
    const at = closedAt[n]! as EpochMicros;
    this.venue.match({ at, from: offset[n]!, to: offset[n + 1]!, columns: this.#columns });
    const fresh = this.venue.events.slice(this.#told);
    this.#told = this.venue.events.length;
    return fresh;
  }

  bars(count: number): string {
    return Array.from({ length: count }, () => eventWords(this.bar())).join(" | ");
  }
}

const daily = testSessions(12, 390);
const dailyCloses = Array.from({ length: 12 }, (_, n) => barClose(daily, n));
const quiet = "100/100/100/100";

/** One quiet daily bar, the order, then the bars. */
function afterQuietDay(text: string, wish: OrderWish, costs = free, extras: VenueExtras = {}): Stage {
  const stage = new Stage(columnsOf("1d", 1, bars(0, `${quiet} ${text}`, dailyCloses)), daily, costs, extras);
  stage.bar();
  stage.place(wish);
  return stage;
}

const { AtClose, AtOpen, ImmediateOrCancel, NextBar } = TimeInForce;
const short = testSessions(3, 3);
const minutes = [0, 1, 2].flatMap((session) => [0, 1, 2].map((minute) => barClose(short, session, minute)));

describe("immediate or cancel", () => {
  it.each([
    { wish: {}, bars: "100/102/98x1000", answer: "10 100@100", why: "all of it at once" },
    {
      wish: {},
      bars: "100/102/98x600",
      answer: "10 60@100, 10 off",
      why: "what is there; the rest is canceled",
    },
    {
      wish: { limit: 99 },
      bars: "100/102/98",
      answer: "10 off",
      why: "the open is no match; later is too late",
    },
    { wish: { limit: 99 }, bars: "98/102/98x1000", answer: "10 100@98", why: "marketable on arrival" },
  ])("$why", ({ wish, bars: text, answer }) => {
    const stage = afterQuietDay(
      `${text} ${quiet}`,
      { ...wish, timeInForce: ImmediateOrCancel },
      {
        ...free,
        maxParticipation: 0.1,
      },
    );
    expect(stage.bars(2)).toBe(`${answer} | -`);
  });
});

describe("the closing auction (SM-8)", () => {
  it.each([
    { wish: {}, bars: "100/102/98/101", answer: "10 100@101", why: "daily: at the close" },
    { wish: { limit: 101 }, bars: "100/102/98/101", answer: "10 100@101", why: "the limit is the close" },
    { wish: { limit: 100.5 }, bars: "100/102/98/101", answer: "10 dead", why: "never beyond the limit" },
    { wish: { stop: 95 }, bars: "100/102/90/101", answer: "10 100@101", why: "the day's low was before" },
  ])("$why", ({ wish, bars: text, answer }) => {
    expect(afterQuietDay(text, { ...wish, timeInForce: AtClose }).bars(1)).toBe(answer);
  });

  it("minute bars: waits for the last bar of the session it came in, and dies with that", () => {
    const text = `${quiet} 101/101/101/101 102/103/101/102.5 103/103/103/103`;
    const stage = new Stage(columnsOf("1m", 1, bars(0, text, minutes)), short);
    stage.bar();
    stage.place({ timeInForce: AtClose });
    expect(stage.bars(3)).toBe("- | 10 100@102.5 | -");
    const gap = new Stage(columnsOf("1m", 1, bars(0, `${quiet} ${quiet} - ${quiet}`, minutes)), short);
    gap.bar();
    gap.place({ timeInForce: AtClose });
    expect(gap.bars(2)).toBe("- | 10 dead");
  });

  it("costs the auction, not half the spread, and the stop sleeps until the next bar", () => {
    const wish = { timeInForce: AtClose, stop: 95 };
    const stage = afterQuietDay("100/102/98/100x2000 94/95/93x9000", wish, modelled);
    expect(stage.bars(2)).toBe("10 100@100.01 | 11 100@93.9906");
  });
});

describe("when it happened (SM-7)", () => {
  it("daily bars: what the open filled is stamped with the open, what came later with the close, in order", () => {
    const stage = afterQuietDay("100/106/94", { stop: 95, target: 105, timeInForce: AtOpen });
    stage.place({ number: 20, limit: 99 });
    stage.place({ number: 30, timeInForce: AtOpen, limit: 90 });
    const events = stage.bar();
    const [open, close] = [daily.open[1], daily.close[1]];
    expect(eventWords(events)).toBe("10 100@100, 30 dead, 20 100@99, 11 100@95, 12 off");
    expect(events.filter(({ kind }) => kind !== "OrderAccepted").map(({ at }) => at)).toEqual([
      open,
      open,
      close,
      close,
      close,
    ]);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it("an entry that opens under its own stop is sold by a market order after the auction, not in it", () => {
    const stage = afterQuietDay("94/106/93x5000", { limit: 98, stop: 95, timeInForce: AtOpen }, modelled);
    const fills = stage.bar().filter((event): event is OrderFilled => event.kind === "OrderFilled");
    // 1 bp of auction in, half of 20 bps of spread out.
    expect(eventWords(fills)).toBe("10 100@94.0094, 11 100@93.906");
    expect(fills.map(({ at }) => at)).toEqual([daily.open[1], daily.close[1]]);
  });

  it("a stop that rested overnight is part of the auction", () => {
    const stage = afterQuietDay("100/101/99x5000 94/95/93x5000", { stop: 95 }, modelled);
    stage.bar();
    expect(eventWords(stage.bar())).toBe("11 100@93.9906");
  });
});

describe("halts (SM-9, C-44)", () => {
  const halted = (from: number, to: number) =>
    new HaltSchedule([
      { instrument: 0 as InstrumentId, from: from as EpochMicros, to: to as EpochMicros, reason: "LULD" },
    ]);
  const second = MICROS_PER_SECOND;

  it.each([
    { from: minutes[0]!, to: minutes[1]!, answer: "- | 10 100@102", why: "the bar in it fills nothing" },
    {
      from: minutes[0]! + second,
      to: minutes[0]! + 2 * second,
      answer: "- | 10 100@102",
      why: "a part is enough",
    },
    {
      from: minutes[1]! - second,
      to: minutes[1]! + second,
      answer: "- | -",
      why: "resumed inside: the next bar",
    },
    { from: minutes[2]!, to: minutes[3]!, answer: "10 100@101 | -", why: "before it all is well" },
  ])("minute bars: $why", ({ from, to, answer }) => {
    const columns = columnsOf("1m", 1, bars(0, `${quiet} 101/101/101 102/102/102`, minutes));
    const stage = new Stage(columns, short, free, { halts: halted(from, to) });
    stage.bar();
    stage.place({ purpose: Purpose.Exit });
    expect(stage.bars(2)).toBe(answer);
  });

  it("a bar without volume or no bar at all is no halt", () => {
    const other = bars(1, `${quiet} ${quiet} ${quiet} ${quiet}`, minutes);
    const own = bars(0, `${quiet} - 101/101/101x0 102/102/102`, minutes);
    const stage = new Stage(columnsOf("1m", 2, [...own, ...other]), short, free, {
      halts: new HaltSchedule([]),
    });
    stage.bar();
    stage.place({});
    expect(stage.bars(3)).toBe("- | - | 10 100@102");
  });

  it("daily bars: only a halt of the whole session keeps a bar from filling", () => {
    const [open, close] = [daily.open[1]!, daily.close[1]!];
    const noon = afterQuietDay("101/101/101", {}, free, { halts: halted(open + second, close) });
    expect(noon.bars(1)).toBe("10 100@101");
    const whole = afterQuietDay("101/101/101 103/103/103", {}, free, { halts: halted(open, close) });
    expect(whole.bars(2)).toBe("- | 10 100@103");
  });
});

describe("borrow (C-24)", () => {
  const borrow = { generalCollateral: 0.0036, rates: { S0: 0.36 }, hardToBorrow: ["S0", "S1"] };
  const costs: CostParams = { ...free, borrow };
  const shortSale: OrderWish = { side: SELL };

  it("charges notional x rate / 360 per night at the last close, at the next session's open", () => {
    const stage = afterQuietDay("100/100/100/100 110/110/110/120 120/120/120/120", shortSale, costs, {
      symbols: ["S0"],
    });
    expect(stage.bars(2)).toBe("10 100@100 | borrow 10");
    const [charge] = stage.bar();
    // 100 shares x $120 x 36 % / 360.
    expect(charge).toEqual({ kind: "BorrowCharged", at: daily.open[3], instrument: 0, dollars: 12_000_000 });
  });

  it("a weekend is three calendar days, and a long position pays nothing", () => {
    const gap: SessionTable = {
      date: Int32Array.from([100, 101, 104]),
      open: Float64Array.from([100, 101, 104], (day) => day * 86_400e6 + 52_200e6),
      close: Float64Array.from([100, 101, 104], (day) => day * 86_400e6 + 75_600e6),
    };
    for (const [side, answer] of [
      [SELL, "10 100@100 | borrow 30"],
      [BUY, "10 100@100 | -"],
    ] as const) {
      const columns = columnsOf(
        "1d",
        1,
        bars(0, `${quiet} ${quiet} ${quiet}`, [...gap.close] as EpochMicros[]),
      );
      const stage = new Stage(columns, gap, costs, { symbols: ["S0"] });
      stage.bar();
      stage.place({ side });
      expect(stage.bars(2)).toBe(answer);
    }
  });

  it("unlisted symbols pay general collateral; nothing is charged once the short is covered", () => {
    const stage = afterQuietDay(`${quiet} ${quiet} ${quiet} ${quiet}`, shortSale, costs, { symbols: ["GE"] });
    stage.bar();
    stage.place({ number: 20, side: BUY, purpose: Purpose.Exit });
    expect(stage.bars(2)).toBe("borrow 0.1, 20 100@100 | -");
  });

  it("refuses a short that nobody lends, with its protective orders; a sale of what is held passes", () => {
    const stage = afterQuietDay(`${quiet} ${quiet}`, { ...shortSale, stop: 105, target: 95 }, costs, {
      symbols: ["S1"],
    });
    stage.place({ number: 20 });
    const events = stage.bar();
    expect(eventWords(events)).toBe("10 refused, 11 refused, 12 refused, 20 100@100");
    expect(events.find(({ kind }) => kind === "OrderRejected")).toMatchObject({
      reason: "hard to borrow: no rate is known, so nothing is lent",
    });
    stage.place({ number: 30, side: SELL });
    expect(eventWords(stage.bar())).toBe("30 100@100");
  });
});

describe("latency", () => {
  it("adds sigma x sqrt(travelled / bar) to the drift of what is sent, and to nothing that rests", () => {
    const latency = { enabled: true, lowMs: 50, highMs: 250, seed: 1 };
    const costs: CostParams = { ...modelled, impact: 0, latency };
    const text = `${quiet} 101/101/101/101 101/101/101x9999999 101/101/101x9999999`;
    const stage = new Stage(columnsOf("1m", 1, bars(0, text, minutes)), short, costs);
    stage.bar();
    stage.bar();
    stage.place({ number: 7 });
    stage.place({ number: 8, trigger: 100 });
    const [sent, rested] = stage.bar().filter((event): event is OrderFilled => event.kind === "OrderFilled");
    const sigma = 0.01;
    const seconds = new Latency(latency).totalMs(7) / 1000;
    expect(rested!.costs.parts!.drift / 1e6).toBeCloseTo(0.1 * sigma * 101 * 100, 3);
    const extra = sigma * Math.sqrt(seconds / 60) * 101 * 100;
    expect((sent!.costs.parts!.drift - rested!.costs.parts!.drift) / 1e6).toBeCloseTo(extra, 3);
  });
});

describe("the time-out of an entry (C-39, C-40)", () => {
  const closes = Array.from(
    { length: 70 },
    (_, n) => (short.open[0]! + (n + 1) * MICROS_PER_SECOND) as EpochMicros,
  );
  const run = (text: string, wish: OrderWish) => {
    const all = `${quiet} ${text} ${Array.from({ length: 66 }, () => "100/100/100x0").join(" ")}`;
    const stage = new Stage(columnsOf("1s", 1, bars(0, all, closes)), short, {
      ...free,
      maxParticipation: 0.1,
    });
    stage.bar();
    stage.place({ timeInForce: NextBar, ...wish });
    const words = Array.from({ length: 66 }, () => eventWords(stage.bar()));
    return words.flatMap((word, n) => (word === "-" ? [] : [`${n + 1}s: ${word}`])).join(" | ");
  };

  it.each(
    table(`
      bars                            answer                                   why
      100/100/100x0                   60s: 10 dead, 11 off                     a minute, not a bar
      100/100/100x800                 1s: 10 80@100 | 60s: 10 dead             accepted; the rest is canceled
      100/100/100x790                 1s: 10 79@100 | 60s: 10 dead             kept, with its stop
      100/100/100x790 94/94/94x9999   1s: 10 79@100 | 2s: 10 21@94, 11 100@94  the stop covers what filled
    `),
  )("second bars, $bars: $why", (row) => expect(run(row.bars ?? "", { stop: 95 })).toBe(row.answer));
});

it("the parts of every fill sum to its slippage, exactly, and none is negative", () => {
  const walk = fc.array(
    fc.record({ open: fc.integer({ min: 90, max: 110 }), volume: fc.integer({ min: 100, max: 9_000 }) }),
    { minLength: 5, maxLength: 8 },
  );
  let impacted = 0;
  fc.assert(
    fc.property(walk, fc.constantFrom(BUY, SELL), fc.integer({ min: 1, max: 900 }), (path, side, shares) => {
      const text = path.map(({ open, volume }) => `${open}/${open + 2}/${open - 2}/${open}x${volume}`);
      const stage = new Stage(
        columnsOf("1m", 1, bars(0, `${quiet} ${text.join(" ")}`, minutes)),
        short,
        modelled,
      );
      stage.bar();
      stage.bar();
      stage.place({ side, shares });
      stage.place({ number: 20, side, shares, limit: side === BUY ? 104 : 96 });
      stage.place({ number: 30, side, shares, trigger: 100 + 3 * side, purpose: Purpose.StopLoss });
      for (let n = 0; n < path.length - 1; n++) {
        for (const event of stage.bar()) {
          if (event.kind !== "OrderFilled") continue;
          const { slippage, parts } = event.costs;
          const { spread, drift, impact } = parts!;
          expect(spread + drift + impact).toBe(slippage);
          expect(Math.min(spread, drift, impact)).toBeGreaterThanOrEqual(0);
          if (impact > 0) impacted += 1;
        }
      }
    }),
  );
  expect(impacted).toBeGreaterThan(20);
});

it("canceled while halted is canceled: a halt holds no cancel back", () => {
  const halts = new HaltSchedule([
    { instrument: 0 as InstrumentId, from: minutes[0]!, to: minutes[4]!, reason: "news" },
  ]);
  const stage = new Stage(columnsOf("1m", 1, bars(0, `${quiet} ${quiet}`, minutes)), short, free, { halts });
  stage.bar();
  stage.place({});
  stage.venue.send({ kind: "CancelOrder", order: 10 as OrderNumber });
  expect(stage.bars(1)).toBe("10 off");
});
