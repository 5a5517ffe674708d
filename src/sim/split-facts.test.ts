/**
 * Goal    a split changes how shares are counted and nothing else: what the account is worth, what it risks and what
 *         it is exposed to are the same dollars before and after, up to the parts of shares that cannot be held.
 * Method  restless strategies in markets full of odd splits; a rule that allows everything hands out the facts that
 *         rules see, which are read on both sides of every split.
 */
import fc from "fast-check";
import "../../test/property-seed.ts";
import { expect, it } from "vitest";
import { noisyStrategy, randomWorld, runWorld, uniform } from "../../test/engine-world.ts";
import type { BarColumns } from "../domain/bars.ts";
import type { CorporateActionEvent, SharesSplit } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, type OrderNumber, Purpose, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { allow, type RiskRule, type RiskView } from "../risk/rule.ts";

const ASSUMED = 0.02;
const STRATEGIES = 3;
const HOUR = 3_600_000_000;

/** Dollars, or figures that no split moves, of one instrument and of the account. */
function figures(view: RiskView, { execute }: SingleLoop, i: InstrumentId) {
  const mark = view.mark(i);
  return {
    equity: execute.equity,
    gross: view.gross,
    net: view.net,
    intradayGross: view.intradayGross,
    openRisk: view.openRisk(ASSUMED),
    workingGross: view.workingGross,
    workingShort: view.workingShort,
    position: view.position(i) * mark,
    buying: view.working(i, BUY) * mark,
    selling: view.working(i, SELL) * mark,
    exitingBuy: view.exiting(i, BUY) * mark,
    exitingSell: view.exiting(i, SELL) * mark,
    volume: view.averageVolume(i) * mark,
    traded: view.tradedToday(i) * mark,
    entered: execute.enteredToday(i) * mark,
    barsSinceStop: view.barsSinceStop(i),
    lastEntry: view.lastEntryAt(0, i),
  };
}
type Figures = ReturnType<typeof figures>;

/** What is counted of working entries is what their rows say, after fills that came after splits too. */
function checkSums(view: RiskView, { execute }: SingleLoop): void {
  let working = 0;
  let intraday = 0;
  for (let n = 0; n < execute.orders.length; n++) {
    const order = n as OrderNumber;
    if (execute.orders.purpose(order) !== Purpose.Entry || !execute.orders.isWorking(order)) continue;
    const dollars = execute.orders.remaining(order) * execute.orders.price(order);
    working += dollars;
    if (execute.orders.strategy(order) === 0) intraday += dollars;
  }
  for (const i of [0, 1] as InstrumentId[])
    intraday += Math.abs(execute.lots.shares(0, i)) * (view.mark(i) || 0);
  expect(view.workingGross).toBeCloseTo(working, 5);
  expect(view.intradayGross).toBeCloseTo(intraday, 5);
}

/** What cannot be a part of a share: of each lot, and of each order that works. */
function countOf({ execute }: SingleLoop, i: InstrumentId) {
  let lots = 0;
  for (let s = 0; s < STRATEGIES; s++) if (execute.lots.nanos(s, i) !== 0) lots += 1;
  let orders = 0;
  let entries = 0;
  for (let n = 0; n < execute.orders.length; n++) {
    const order = n as OrderNumber;
    if (execute.orders.instrument(order) !== i || !execute.orders.isWorking(order)) continue;
    orders += 1;
    if (execute.orders.purpose(order) === Purpose.Entry) entries += 1;
  }
  return { lots, orders, entries };
}

it("the account is worth, risks and is exposed to what it was, to a part of a share of each lot and order", () => {
  const reached = { held: 0, entries: 0, risk: 0, parts: 0, traded: 0, stopped: 0, intraday: 0, volume: 0 };
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const smooth = randomWorld({
        seed,
        timeframe: "1d",
        instruments: 2,
        sessions: 45,
        minutes: 0,
        volatility: 0.02,
        volume: 40_000,
      });
      const actions = oddSplits(smooth.columns, seed);
      const world = { ...smooth, columns: onNewShares(smooth.columns, actions) };
      let view: RiskView | undefined;
      const probe: RiskRule = {
        id: "probe",
        control: "none",
        unit: "none",
        appliesTo: "all",
        check: (_, facts) => {
          view = facts;
          return allow(0, 1);
        },
      };
      runWorld({
        world,
        strategies: Array.from({ length: STRATEGIES }, (_, s) => ({
          ...noisyStrategy(seed + s),
          ...(s === 0 ? { horizon: "intraday" as const } : {}),
        })),
        actions,
        probe,
        around: (loop) => ({
          commands: loop.commands,
          step(event) {
            if (event.kind !== "SharesSplit" || view === undefined) {
              loop.step(event);
              if (view !== undefined && event.kind === "OrderFilled") checkSums(view, loop);
              return;
            }
            const i = event.instrument;
            const other = (1 - i) as InstrumentId;
            const [before, elsewhere] = [figures(view, loop, i), figures(view, loop, other)];
            const counts = countOf(loop, i);
            loop.step(event);
            const after = figures(view, loop, i);
            judge(before, after, event.oldShares === 1 ? NO_PARTS : counts, view.mark(i));
            for (const own of ["position", "buying", "selling", "volume", "traded", "entered"] as const)
              expect(figures(view, loop, other)[own]).toBe(elsewhere[own]);
            if (counts.lots > 1) reached.held += 1;
            if (counts.entries > 0) reached.entries += 1;
            if (after.openRisk > 0) reached.risk += 1;
            if (after.position !== before.position && isReverse(event)) reached.parts += 1;
            if (after.entered > 0) reached.traded += 1;
            if (!Number.isNaN(after.barsSinceStop)) reached.stopped += 1;
            if (after.intradayGross > 0) reached.intraday += 1;
            if (after.volume > 0) reached.volume += 1;
          },
        }),
      });
    }),
    { numRuns: 40 },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(20);
});

/** Several new shares for each old one leave no part of any. */
const NO_PARTS = { lots: 0, orders: 0, entries: 0 };

function judge(
  before: Figures,
  after: Figures,
  { lots, orders, entries }: ReturnType<typeof countOf>,
  mark: number,
): void {
  // A lot's part of a share is paid to the micro-dollar, and counted to the nano-share.
  const bits = 1e-9;
  expect(Math.abs(after.equity - before.equity)).toBeLessThanOrEqual(lots * (1e-6 + 0.5e-9 * mark) + bits);
  const within = (figure: keyof Figures, shares: number) => {
    // An entry may be priced a little away from the mark.
    const most = shares * mark * 1.1 + bits * (1 + Math.abs(before[figure]));
    expect(Math.abs(after[figure] - before[figure]), figure).toBeLessThanOrEqual(most);
  };
  for (const figure of ["gross", "net", "position"] as const) within(figure, lots);
  for (const figure of ["workingGross", "workingShort", "buying", "selling"] as const)
    within(figure, entries);
  for (const figure of ["openRisk", "intradayGross"] as const) within(figure, lots + entries);
  for (const figure of ["exitingBuy", "exitingSell"] as const) within(figure, orders);
  for (const figure of ["traded", "entered"] as const) within(figure, 0);
  if (!Number.isNaN(before.volume)) within("volume", 0);
  expect(Object.is(after.barsSinceStop, before.barsSinceStop)).toBe(true);
  expect(Object.is(after.lastEntry, before.lastEntry)).toBe(true);
}

const isReverse = ({ newShares, oldShares }: SharesSplit): boolean => newShares < oldShares;

/** Some a month, before the open: most leave parts of shares. */
function oddSplits({ closedAt, instruments }: BarColumns, seed: number): CorporateActionEvent[] {
  const next = uniform(seed + 29);
  const ratios = [
    [1, 15],
    [3, 2],
    [2, 3],
    [7, 1],
    [1, 4],
    [21, 20],
  ] as const;
  const found: CorporateActionEvent[] = [];
  for (let n = 3; n < closedAt.length; n++) {
    for (let i = 0; i < instruments.symbols.length; i++) {
      if (next() > 0.2) continue;
      const [newShares, oldShares] = ratios[Math.floor(ratios.length * next())] ?? [2, 1];
      const at = (closedAt[n]! - 12 * HOUR) as EpochMicros;
      found.push({ kind: "SharesSplit", at, instrument: i as InstrumentId, newShares, oldShares });
    }
  }
  return found;
}

/** Prices and volumes as they are printed after each split. */
function onNewShares(columns: BarColumns, actions: readonly CorporateActionEvent[]): BarColumns {
  const cut = { ...columns };
  for (const field of ["open", "high", "low", "close", "volume"] as const)
    cut[field] = columns[field].slice();
  for (let batch = 0; batch < columns.closedAt.length; batch++) {
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      let ratio = 1;
      for (const event of actions) {
        if (event.kind !== "SharesSplit" || event.at > columns.closedAt[batch]!) continue;
        if (event.instrument === columns.instrument[row]!) ratio *= event.newShares / event.oldShares;
      }
      for (const field of ["open", "high", "low", "close"] as const)
        cut[field][row] = cut[field][row]! / ratio;
      cut.volume[row] = Math.floor(cut.volume[row]! * ratio);
    }
  }
  return cut;
}
