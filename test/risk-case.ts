/**
 * A quiet account and an ordinary order that every risk rule allows at its defaults. Tests change the one
 * fact they are about; nothing else in the picture can be the reason of an answer.
 */
import type { InstrumentId } from "../src/domain/instrument.ts";
import { BUY, OrderType, Purpose, type Side, TimeInForce } from "../src/domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import type { OrderRequest, RiskRule, RiskView } from "../src/risk/rule.ts";

/** What a `RiskView` is made of, as plain values: the functions of the view answer the same for all askers. */
export interface Facts {
  readonly now: number;
  readonly equity: number;
  readonly gross: number;
  readonly workingGross: number;
  readonly scalar: number;
  readonly drawdownFromDayHigh: number;
  readonly openPositions: number;
  readonly entriesToday: number;
  readonly sessionOpen: number;
  readonly sessionClose: number;
  readonly inSession: boolean;
  readonly position: number;
  readonly workingBuy: number;
  readonly workingSell: number;
  readonly mark: number;
  readonly rawPrice: number;
  readonly markedAt: number;
  readonly bid: number;
  readonly ask: number;
  readonly quotedAt: number;
  readonly lastEntryAt: number;
  readonly alikeEntryAt: number;
  readonly entryWorking: boolean;
  readonly net: number;
  readonly workingShort: number;
  readonly intradayGross: number;
  /** Within any window that is asked for. */
  readonly entriesWithin: number;
  readonly exitingBuy: number;
  readonly exitingSell: number;
  readonly deciding: number;
  readonly barsSinceStop: number;
  readonly averageVolume: number;
  readonly tradedToday: number;
  readonly openRisk: number;
  readonly otherPositions: number;
  readonly positionCap: number;
  readonly isIntraday: boolean;
  readonly symbol: string;
  readonly halted: boolean;
  readonly locked: boolean;
}

/** 10:00 in New York on 2026-11-18, half an hour into the session. */
export const NOW = 1_795_014_000_000_000 as EpochMicros;

export const calm: Facts = {
  now: NOW,
  equity: 100_000,
  gross: 0,
  workingGross: 0,
  scalar: 1,
  drawdownFromDayHigh: 0,
  openPositions: 0,
  entriesToday: 0,
  sessionOpen: NOW - 30 * MICROS_PER_MINUTE,
  sessionClose: NOW + 360 * MICROS_PER_MINUTE,
  inSession: true,
  position: 0,
  workingBuy: 0,
  workingSell: 0,
  mark: 100,
  rawPrice: Number.NaN,
  markedAt: NOW,
  bid: 99.99,
  ask: 100.01,
  quotedAt: NOW,
  lastEntryAt: Number.NaN,
  alikeEntryAt: Number.NaN,
  entryWorking: false,
  net: 0,
  workingShort: 0,
  intradayGross: 0,
  entriesWithin: 0,
  exitingBuy: 0,
  exitingSell: 0,
  deciding: 0,
  barsSinceStop: Number.NaN,
  averageVolume: 1_000_000,
  tradedToday: 0,
  openRisk: 0,
  otherPositions: 0,
  positionCap: 30,
  isIntraday: false,
  symbol: "AAA",
  halted: false,
  locked: false,
};

/** Buys ten shares of a $100 stock with a stop two dollars below. */
export const ordinary: OrderRequest = {
  instrument: 0 as InstrumentId,
  strategy: 0,
  side: BUY,
  shares: 10,
  purpose: Purpose.Entry,
  type: OrderType.Limit,
  timeInForce: TimeInForce.NextBar,
  limit: 100.05,
  stop: 98,
  reference: 100,
  decidedAt: NOW,
};

export function viewOf(facts: Facts): RiskView {
  return Object.freeze({
    now: facts.now as EpochMicros,
    equity: facts.equity,
    gross: facts.gross,
    workingGross: facts.workingGross,
    scalar: facts.scalar,
    drawdownFromDayHigh: facts.drawdownFromDayHigh,
    openPositions: facts.openPositions,
    entriesToday: facts.entriesToday,
    sessionOpen: facts.sessionOpen as EpochMicros,
    sessionClose: facts.sessionClose as EpochMicros,
    inSession: facts.inSession,
    position: () => facts.position,
    working: (_instrument: InstrumentId, side: Side) => (side === BUY ? facts.workingBuy : facts.workingSell),
    mark: () => facts.mark,
    rawPrice: () => facts.rawPrice,
    markedAt: () => facts.markedAt,
    bid: () => facts.bid,
    ask: () => facts.ask,
    quotedAt: () => facts.quotedAt,
    lastEntryAt: () => facts.lastEntryAt,
    alikeEntryAt: () => facts.alikeEntryAt,
    entryWorking: () => facts.entryWorking,
    net: facts.net,
    workingShort: facts.workingShort,
    intradayGross: facts.intradayGross,
    entriesWithin: () => facts.entriesWithin,
    deciding: () => facts.deciding,
    exiting: (_instrument: InstrumentId, side: Side) => (side === BUY ? facts.exitingBuy : facts.exitingSell),
    barsSinceStop: () => facts.barsSinceStop,
    averageVolume: () => facts.averageVolume,
    tradedToday: () => facts.tradedToday,
    openRisk: () => facts.openRisk,
    otherPositions: () => facts.otherPositions,
    positionCap: () => facts.positionCap,
    isIntraday: () => facts.isIntraday,
    symbol: () => facts.symbol,
    halted: () => facts.halted,
    locked: () => facts.locked,
  });
}

export interface Case {
  readonly facts?: Partial<Facts>;
  readonly order?: Partial<OrderRequest>;
}

/** What the rule says of the case: "allow", "deny" or "shrink to 30". */
export function answer(rule: RiskRule, { facts = {}, order = {} }: Case): string {
  const verdict = rule.check({ ...ordinary, ...order }, viewOf({ ...calm, ...facts }));
  return verdict.kind === "shrink" ? `shrink to ${verdict.shares}` : verdict.kind;
}

/** Shares of the order that the rule lets pass. */
export function kept(rule: RiskRule, { facts = {}, order = {} }: Case): number {
  const request = { ...ordinary, ...order };
  const verdict = rule.check(request, viewOf({ ...calm, ...facts }));
  if (verdict.kind === "deny") return 0;
  return verdict.kind === "shrink" ? verdict.shares : request.shares;
}
