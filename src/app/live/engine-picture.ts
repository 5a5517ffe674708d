/**
 * What execute tells whoever draws it: every figure of one instant of its books, read and never changed (DB-1). Leaner
 * than `status`, because it is asked four times a second. Plain JSON: what is no number is null there.
 */
import type { InstrumentId, InstrumentTable } from "../../domain/instrument.ts";
import {
  isWorking,
  type OrderNumber,
  OrderStatus,
  orderStatusNames,
  Purpose,
  purposeNames,
} from "../../domain/order.ts";
import type { Session } from "../../domain/session.ts";
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import type { LimitOverride } from "../../engine/limit-overrides.ts";
import { TradeField } from "../../engine/trade-log.ts";
import { OrderField } from "../../execution/order-table.ts";
import { isEarlyClose } from "../../market/calendar.ts";
import { phaseIn } from "../../market/phases.ts";
import type { WatchdogVerdict } from "../../ops/watchdog/terms.ts";
import type { Permission } from "../../risk/authority.ts";
import { regimeLine } from "../regime/regime-words.ts";
import type { FeedState } from "./ingest-process.ts";
import type { ModelState } from "./model-states.ts";

export interface EnginePicture {
  readonly run: string;
  /** Inputs consumed. */
  readonly sequence: number;
  /** ISO instant of the exchange. */
  readonly at: string;
  readonly session: {
    readonly date: string;
    readonly phase: string;
    readonly opensAt: string;
    readonly closesAt: string;
    readonly isEarlyClose: boolean;
    readonly number: number;
  };
  readonly permission: Permission;
  readonly money: EngineMoney;
  readonly uses: EngineUses;
  readonly positions: readonly EnginePosition[];
  readonly working: readonly EngineWorking[];
  readonly ordersToday: number;
  readonly unknownOrders: number;
  readonly requestsHeld: number;
  /** Overrides in force. */
  readonly overrides: readonly LimitOverride[];
  readonly blocked: readonly { readonly rule: string; readonly count: number; readonly shrunk: number }[];
  readonly resumeBarred: readonly string[];
  readonly killMode: string;
  /** What the regime is, in a line; null where none binds the run. */
  readonly regime: string | null;
  readonly feed: FeedState | null;
  readonly watchdog: WatchdogVerdict | null;
  /** Who decides on entries, by strategy. */
  readonly models: readonly ModelState[];
  readonly lastReconciliation: string | null;
}

/** Dollars, since the day's start where they are of today. */
interface EngineMoney {
  readonly equity: number;
  readonly cash: number;
  readonly dayStart: number;
  readonly dayBase: number;
  readonly dayHigh: number;
  readonly dayPnl: number;
  readonly realisedToday: number;
  readonly unrealised: number;
  readonly gross: number;
  readonly net: number;
  /** Commission and fees. */
  readonly costsToday: number;
}

/** How much of each limit is in use, in the limit's own unit. */
interface EngineUses {
  readonly gross: number;
  readonly intradayGross: number;
  readonly shortsShare: number;
  readonly openRisk: number;
  readonly largestPosition: number;
  readonly positions: number;
  readonly entriesToday: number;
  readonly entriesThisSecond: number;
  readonly entriesThisMinute: number;
  readonly drawdownFromDayHigh: number;
  readonly lossFromDayBase: number;
  readonly drawdownFromHigh: number;
}

interface EnginePosition {
  readonly symbol: string;
  readonly strategy: string;
  /** Signed. */
  readonly shares: number;
  readonly entry: number;
  readonly last: number;
  readonly stop: number;
  readonly target: number;
  readonly heldSince: string | null;
}

interface EngineWorking {
  readonly id: string;
  readonly symbol: string;
  readonly leg: string;
  /** Signed. */
  readonly shares: number;
  readonly at: number;
  readonly state: string;
  readonly since: string;
}

export interface PictureOf {
  readonly run: string;
  readonly stage: ExecuteStage;
  readonly instruments: InstrumentTable;
  /** Ids in the order in which they decide, the one that holds what nobody ordered included. */
  readonly strategies: readonly string[];
  readonly session: Session;
  readonly sessionNumber: number;
  readonly at: EpochMicros;
  readonly sequence: number;
  /** Absent: nobody says. */
  readonly models?: readonly ModelState[];
  /** Of `risk.open_risk`: distance to the stop of what has none. */
  readonly assumedFraction: number;
  readonly unknownOrders: number;
  readonly requestsHeld: number;
  readonly resumeBarred: readonly string[];
  readonly feed: FeedState | undefined;
  readonly watchdog: WatchdogVerdict | undefined;
  readonly reconciledAt: EpochMicros | undefined;
}

export function enginePicture(of: PictureOf): EnginePicture {
  const { stage, at, session } = of;
  const orders = workingOrders(of);
  return {
    run: of.run,
    sequence: of.sequence,
    at: isoInstant(at),
    session: {
      date: isoDate(session.date),
      phase: phaseIn(at, session),
      opensAt: isoInstant(session.open),
      closesAt: isoInstant(session.close),
      isEarlyClose: isEarlyClose(session.date),
      number: of.sessionNumber + 1,
    },
    permission: stage.authorities.permission,
    money: moneyOf(of),
    uses: usesOf(of),
    positions: positionsOf(of, orders.targets),
    working: orders.rows,
    ordersToday: ordersToday(stage),
    unknownOrders: of.unknownOrders,
    requestsHeld: of.requestsHeld,
    overrides: stage.overrides.list,
    blocked: stage.blocked.list().map(({ rule, count, shrunk }) => ({ rule, count, shrunk })),
    resumeBarred: of.resumeBarred,
    killMode: stage.kill.mode,
    regime: stage.regime === undefined ? null : regimeLine(stage.regime.state),
    feed: of.feed ?? null,
    watchdog: of.watchdog ?? null,
    models: of.models ?? [],
    lastReconciliation: of.reconciledAt === undefined ? null : isoInstant(of.reconciledAt),
  };
}

function moneyOf({ stage, strategies }: PictureOf): EngineMoney {
  const { portfolio, baselines, lots, clock } = stage;
  const { equity, cash, gross, net } = portfolio;
  let unrealised = 0;
  for (const { instrument, mark } of portfolio.positions())
    for (const { strategy, shares } of lots.holders(strategies.length, instrument))
      unrealised += shares * (mark - lots.averageEntry(strategy, instrument));
  return {
    equity,
    cash,
    dayStart: baselines.dayStart,
    dayBase: baselines.dayBase,
    dayHigh: baselines.dayHigh,
    dayPnl: equity - baselines.dayStart,
    realisedToday: realisedSince(stage, clock.open),
    unrealised,
    gross,
    net,
    costsToday: costsSince(stage, clock.open),
  };
}

/** Dollars of round trips that ended since then, costs included: they are in the order of their ends. */
function realisedSince({ trades }: ExecuteStage, since: number): number {
  let dollars = 0;
  for (let n = trades.length - 1; n >= 0 && trades.get(n, TradeField.closedAt) >= since; n--)
    dollars += trades.get(n, TradeField.pnl);
  return dollars;
}

function costsSince({ fills }: ExecuteStage, since: number): number {
  let dollars = 0;
  for (let n = fills.length - 1; n >= 0 && fills.get(n, FillField.at) >= since; n--)
    dollars += fills.get(n, FillField.commission) + fills.get(n, FillField.regulatory);
  return dollars;
}

function usesOf({ stage, assumedFraction }: PictureOf): EngineUses {
  const { facts, baselines, portfolio } = stage;
  const { equity, gross, net } = portfolio;
  const shorts = Math.max(0, (gross - net) / 2) + Math.max(0, facts.workingShort);
  const whole = gross + Math.max(0, facts.workingShort);
  const largest = portfolio
    .positions()
    .reduce((most, { shares, mark }) => Math.max(most, Math.abs(shares * mark)), 0);
  return {
    gross: (gross + Math.max(0, facts.workingGross)) / equity,
    intradayGross: facts.intradayGross / equity,
    shortsShare: whole === 0 ? 0 : shorts / whole,
    openRisk: facts.openRisk(assumedFraction) / equity,
    largestPosition: largest / equity,
    positions: facts.openPositions,
    entriesToday: facts.entriesToday,
    entriesThisSecond: facts.entriesWithin(1_000_000),
    entriesThisMinute: facts.entriesWithin(60_000_000),
    drawdownFromDayHigh: baselines.drawdownFromDayHigh(equity),
    lossFromDayBase: baselines.lossFromDayBase(equity),
    drawdownFromHigh: baselines.drawdownFromHigh(equity),
  };
}

function positionsOf(
  { stage, strategies, instruments }: PictureOf,
  targets: ReadonlyMap<number, number>,
): EnginePosition[] {
  const { portfolio, lots, trades } = stage;
  return portfolio.positions().flatMap(({ instrument, mark }) =>
    lots.holders(strategies.length, instrument).map(({ strategy, shares }): EnginePosition => {
      const openedAt = trades.openLot(strategy, instrument)?.openedAt;
      return {
        symbol: instruments.symbols[instrument] ?? "unknown",
        strategy: strategies[strategy] ?? "unknown",
        shares,
        entry: lots.averageEntry(strategy, instrument),
        last: mark,
        stop: stage.restingStop(strategy, instrument),
        target: targets.get(lots.slot(strategy, instrument)) ?? Number.NaN,
        heldSince: openedAt === undefined ? null : isoInstant(openedAt),
      };
    }),
  );
}

/** Orders that the broker may still fill, the newest first, and what resting targets aim at, by lot. */
function workingOrders({ run, stage, instruments }: PictureOf): {
  readonly rows: EngineWorking[];
  readonly targets: ReadonlyMap<number, number>;
} {
  const { orders, lots } = stage;
  const rows: EngineWorking[] = [];
  const targets = new Map<number, number>();
  for (let n = orders.length - 1; n >= 0; n--) {
    const order = n as OrderNumber;
    const status = orders.status(order);
    if (!isWorking(status)) continue;
    const get = (field: OrderField) => orders.get(order, field);
    // Sleeps until its entry has filled.
    if (status === OrderStatus.Sent && get(OrderField.parent) >= 0) continue;
    const instrument = orders.instrument(order);
    const price = Number.isNaN(get(OrderField.limit)) ? get(OrderField.stop) : get(OrderField.limit);
    if (orders.purpose(order) === Purpose.TakeProfit)
      targets.set(lots.slot(orders.strategy(order), instrument as InstrumentId), price);
    rows.push({
      id: `${run}-o${n}`,
      symbol: instruments.symbols[instrument] ?? "unknown",
      leg: purposeNames[orders.purpose(order)],
      shares: orders.side(order) * orders.remaining(order),
      at: price,
      state: orderStatusNames[status],
      since: isoInstant(get(OrderField.decidedAt) as EpochMicros),
    });
  }
  return { rows, targets };
}

/** Orders of this session, denied ones included; protective ones count with their entry. */
function ordersToday({ orders, clock }: ExecuteStage): number {
  let count = 0;
  for (let n = orders.length - 1; n >= 0; n--) {
    const order = n as OrderNumber;
    if (orders.get(order, OrderField.decidedAt) < clock.open) break;
    if (orders.get(order, OrderField.parent) < 0) count += 1;
  }
  return count;
}
