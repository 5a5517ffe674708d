/**
 * Goal    after every action the books that nobody sees agree with those that everybody sees: what rules count of
 *         working entries, what is borrowed, and which strategy got or paid what, to the micro-dollar.
 * Method  single cases by hand, read off the figures that a refusal writes down; then restless strategies, longs and
 *         shorts of one instrument at once, in markets full of actions.
 */
import fc from "fast-check";
import "../../test/property-seed.ts";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import {
  CASH,
  noisyStrategy,
  randomWorld,
  runWorld,
  strategyOf,
  testCosts,
  testLoop,
  uniform,
} from "../../test/engine-world.ts";
import type { BarColumns } from "../domain/bars.ts";
import type { CorporateActionEvent, EngineEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, type Money, NANOS, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { borrowParts, dividendParts, IncomeKind } from "../engine/strategy-income.ts";
import { OrderField } from "../execution/order-table.ts";

const I = 0 as InstrumentId;
const HOUR = 3_600_000_000;

describe("an entry that rests over the ex-date", () => {
  const sessions = testSessions(3, 390);
  const closes = [0, 1].map((session) => barClose(sessions, session, 60));
  const world = {
    columns: columnsOf("1m", 2, [
      ...bars(0, "700/707/693/700 -", closes),
      ...bars(1, "50/51/49/50 50/51/49/50", closes),
    ]),
    sessions,
  };
  /** Two of the seven shares that S0 waits for, in the shares of the day. */
  const partFill = (ratio: number): EngineEvent => ({
    kind: "OrderFilled",
    at: (closes[1]! - 1) as EpochMicros,
    order: 0 as OrderNumber,
    fillId: 1 as FillId,
    quantity: shares(2 * ratio),
    price: dollarsPerShare(700 / ratio),
    costs: { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money },
  });
  /** Enters S0 on the first bar and S1 on the second; the venue keeps silent. */
  const figures = (
    horizon: "swing" | "intraday",
    rule: string,
    params: object,
    action?: CorporateActionEvent,
  ) => {
    let bar = 0;
    const strategy = strategyOf(
      (v) => {
        const instrument = bar++ as InstrumentId;
        const stop = instrument === 0 ? 672 : 49;
        if (instrument < 2) v.enter({ instrument, conviction: 1, stop, when: "now" }, "because");
      },
      { horizon },
    );
    const loop = testLoop({ world, strategies: [strategy], risk: { [rule]: params } });
    for (let n = 0; n < 2; n++) {
      if (n === 1) {
        if (action !== undefined) loop.step(action);
        loop.step(partFill(action?.kind === "SharesSplit" ? 7 : 1));
      }
      const [from, to] = [world.columns.offset[n]!, world.columns.offset[n + 1]!];
      loop.step({ kind: "BarsClosed", bars: { at: closes[n]!, from, to, columns: world.columns } });
    }
    const { orders } = loop.execute;
    const last = (orders.length - 1) as OrderNumber;
    const refused = Array.from({ length: orders.length }, (_, n) => n as OrderNumber).find(
      (n) => orders.instrument(n) === 1,
    );
    return {
      used: orders.get(refused ?? last, OrderField.ruleUsed),
      shares: orders.get(0 as OrderNumber, OrderField.shares),
    };
  };
  const at = (closes[0]! + 15 * HOUR) as EpochMicros;
  const seven: CorporateActionEvent = { kind: "SharesSplit", at, instrument: I, newShares: 7, oldShares: 1 };
  const special: CorporateActionEvent = {
    kind: "DividendPaid",
    at,
    instrument: I,
    perShare: 70,
    isSpinOff: false,
  };

  it("open risk (C-33) counts seven times the shares with a seventh of the distance", () => {
    const tight = { maxFraction: 0.0025, assumedFraction: 0.02 };
    const before = figures("swing", "open_risk", tight);
    const after = figures("swing", "open_risk", tight, seven);
    expect(before.used).toBeGreaterThan(0.0025);
    expect(after.shares).toBe(7 * before.shares);
    expect(after.used).toBeCloseTo(before.used, 9);
  });

  it("intraday gross counts the same dollars after a split, and fewer after a dividend", () => {
    const tight = { maxFraction: 0.06 };
    const before = figures("intraday", "intraday_gross", tight);
    const split = figures("intraday", "intraday_gross", tight, seven);
    expect(before.used).toBeGreaterThan(0.06);
    expect(split.used).toBeCloseTo(before.used, 9);
    const paid = figures("intraday", "intraday_gross", tight, special);
    // The two that filled at 700 are worth 630 now.
    expect(paid.used * (CASH - 140)).toBeCloseTo(before.used * CASH - 70 * before.shares, 6);
  });
});

describe("a stop that the venue lost in the night before the ex-date (EX-9)", () => {
  const sessions = testSessions(3, 390);
  const closes = [0, 1, 2].map((session) => barClose(sessions, session));
  const world = {
    columns: columnsOf("1d", 1, bars(0, "700/707/693/700 700/707/693/700 100/101/99/100", closes)),
    sessions,
  };
  it.each([
    ["SharesSplit", { kind: "SharesSplit", newShares: 7, oldShares: 1 } as const, 35, 90],
    ["DividendPaid", { kind: "DividendPaid", perShare: 600, isSpinOff: false } as const, 5, 30],
  ])("rests again in today's shares and at today's price after %s", (_, action, shares, stop) => {
    let lost: OrderNumber | undefined;
    const loop = runWorld({
      world,
      strategies: [
        strategyOf((v) => {
          if (v.position(I) === 0) v.enter({ instrument: I, conviction: 1, stop: 630 }, "because");
        }),
      ],
      risk: { position_size: { maxFraction: 0.06 } },
      actions: [{ ...action, at: (closes[2]! - 12 * HOUR) as EpochMicros, instrument: I }],
      around: (loop) => ({
        commands: loop.commands,
        step(event) {
          if (event.kind === action.kind) {
            const { orders } = loop.execute;
            lost = Array.from({ length: orders.length }, (_, n) => n as OrderNumber).find(
              (n) => orders.purpose(n) === Purpose.StopLoss && orders.isWorking(n),
            );
            loop.step({ kind: "OrderCanceled", at: event.at, order: lost ?? (-1 as OrderNumber) });
          }
          loop.step(event);
        },
      }),
    });
    const { orders } = loop.execute;
    const last = (orders.length - 1) as OrderNumber;
    expect(last).toBeGreaterThan(lost ?? last);
    expect(orders.get(last, OrderField.stop)).toBe(stop);
    expect(orders.get(last, OrderField.shares)).toBe(shares);
    expect(loop.execute.restingStop(0, I)).toBe(stop);
  });
});

describe("dividends, cash for parts of shares and borrow by strategy", () => {
  it("add up to the account's figure, to the micro-dollar, each no more than one from its exact part (SI-1)", () => {
    const lot = fc.integer({ min: -50_000, max: 50_000 }).map((shares) => shares * NANOS);
    const odd = fc.integer({ min: -(10 ** 13), max: 10 ** 13 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(lot, odd), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 50_000_000 }),
        (nanos, micros) => {
          const exact = nanos.reduce((sum, n) => sum + BigInt(n), 0n) * BigInt(micros);
          const size = exact < 0n ? -exact : exact;
          const half = Number((size + BigInt(NANOS / 2)) / BigInt(NANOS));
          const whole = (exact < 0n ? 0 - half : half) as Money;
          const parts = dividendParts(nanos, dollarsPerShare(micros / 1e6), whole);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
          for (const [n, part] of parts.entries()) {
            expect(Math.abs(part - ((nanos[n] ?? 0) / NANOS) * micros)).toBeLessThanOrEqual(1.001);
            if (nanos[n] === 0) expect(part).toBe(0);
          }
          const owed = borrowParts(nanos, Math.abs(whole) as Money);
          expect(owed.reduce((sum, part) => sum + part, 0)).toBe(Math.abs(whole));
          const isShort = nanos.some((n) => n < 0);
          for (const [n, part] of owed.entries()) {
            expect(part).toBeGreaterThanOrEqual(0);
            if (isShort && (nanos[n] ?? 0) >= 0) expect(part).toBe(0);
          }
        },
      ),
    );
  });

  it("in random markets: after every event the parts make the account, and what is charged is what is short", () => {
    const RATE = 0.36;
    const costs = {
      ...testCosts,
      borrow: { generalCollateral: RATE, rates: {}, hardToBorrow: [] },
    };
    let charges = 0;
    let shared = 0;
    let onBothSides = 0;
    let lieus = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const smooth = randomWorld({
          seed,
          timeframe: "1d",
          instruments: 2,
          sessions: 40,
          minutes: 0,
          volatility: 0.02,
          volume: 40_000,
        });
        const actions = awkwardActions(smooth.columns, seed);
        const world = { ...smooth, columns: onNewShares(smooth.columns, actions) };
        const lastClose = new Map<InstrumentId, number>();
        let session = 0;
        const check = (loop: SingleLoop) => {
          const { income, portfolio } = loop.execute;
          const total = (kind: IncomeKind) => [0, 1, 2, 3].reduce((sum, s) => sum + income.total(s, kind), 0);
          expect(total(IncomeKind.dividend)).toBe(usd(portfolio.income.dividends));
          expect(total(IncomeKind.inLieu)).toBe(usd(portfolio.income.cashInLieu));
          expect(total(IncomeKind.borrow)).toBe(0 - usd(portfolio.borrowPaid));
        };
        const loop = runWorld({
          world,
          strategies: [1, 2, 3, 4].map(noisyStrategy),
          costs,
          actions,
          risk: { shorts_share: { maxFraction: 1 } },
          around: (loop) => ({
            commands: loop.commands,
            step(event) {
              if (event.kind === "BorrowCharged") {
                const short = -loop.execute.portfolio.shares(event.instrument);
                expect(short).toBeGreaterThan(0);
                const day = Math.floor(event.at / 86_400e6);
                const mark = lastClose.get(event.instrument) ?? Number.NaN;
                const nights = day - session;
                expect(event.dollars).toBe(usd((short * mark * RATE * nights) / 360));
                charges += 1;
                const lots = [0, 1, 2, 3].map((s) => loop.execute.lots.nanos(s, event.instrument));
                if (lots.filter((n) => n < 0).length > 1) shared += 1;
                if (lots.some((n) => n > 0)) onBothSides += 1;
              }
              loop.step(event);
              check(loop);
              if (event.kind === "SharesSplit") {
                const { instrument, newShares, oldShares } = event;
                const before = lastClose.get(instrument);
                if (before !== undefined) lastClose.set(instrument, before / (newShares / oldShares));
                if (loop.execute.portfolio.income.cashInLieu !== 0) lieus += 1;
              }
              if (event.kind === "BarsClosed") {
                const { columns, from, to, at } = event.bars;
                session = Math.floor(at / 86_400e6);
                for (let row = from; row < to; row++)
                  lastClose.set(columns.instrument[row]! as InstrumentId, columns.close[row]!);
              }
            },
          }),
        });
        check(loop);
      }),
      { numRuns: 30 },
    );
    expect(charges).toBeGreaterThan(100);
    expect(shared).toBeGreaterThan(5);
    expect(onBothSides).toBeGreaterThan(5);
    expect(lieus).toBeGreaterThan(20);
  });
});

/** Reverse and odd splits and odd dividends, several a month. */
function awkwardActions(columns: BarColumns, seed: number): CorporateActionEvent[] {
  const next = uniform(seed + 17);
  const found: CorporateActionEvent[] = [];
  for (let n = 3; n < columns.closedAt.length; n++) {
    for (let i = 0; i < columns.instruments.symbols.length; i++) {
      if (next() > 0.2) continue;
      const [instrument, at] = [i as InstrumentId, (columns.closedAt[n]! - 12 * HOUR) as EpochMicros];
      if (next() < 0.4) {
        const perShare = Math.round((0.01 + 0.3 * next()) * 1e6) / 1e6;
        found.push({ kind: "DividendPaid", at, instrument, perShare, isSpinOff: false });
        continue;
      }
      const ratios = [
        [1, 15],
        [3, 2],
        [2, 3],
        [7, 1],
        [1, 2],
        [4, 1],
      ] as const;
      const [newShares, oldShares] = ratios[Math.floor(ratios.length * next())] ?? [2, 1];
      found.push({ kind: "SharesSplit", at, instrument, newShares, oldShares });
    }
  }
  return found;
}

/** Prices as they are printed after each split. */
function onNewShares(columns: BarColumns, actions: readonly CorporateActionEvent[]): BarColumns {
  const cut = { ...columns };
  for (const field of ["open", "high", "low", "close"] as const) cut[field] = columns[field].slice();
  for (let batch = 0; batch < columns.closedAt.length; batch++) {
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      let factor = 1;
      for (const event of actions) {
        if (event.kind !== "SharesSplit" || event.at > columns.closedAt[batch]!) continue;
        if (event.instrument === columns.instrument[row]!) factor *= event.oldShares / event.newShares;
      }
      for (const field of ["open", "high", "low", "close"] as const)
        cut[field][row] = cut[field][row]! * factor;
    }
  }
  return cut;
}
