/**
 * Every kind of record the gatekeeper knows and the rules it must satisfy, in the order they are asked:
 * cheap and general first, so that later rules need not guard against NaN or an unreadable instant.
 * A new rule is one file and one line here.
 */
import { barFinite, barPositive, ohlcOrder, volumeNotNegative, zeroVolume } from "./bar-values.ts";
import { barJump, tradeJump } from "./jump.ts";
import { quoteFinite, quoteNotCrossed, quoteNotLocked, quoteNotNegative, quoteTwoSided } from "./quotes.ts";
import type { BarRow, Channel, QuoteRow, Rule, TradeRow } from "./rule.ts";
import { inTradingHours, onSession } from "./sessions.ts";
import {
  timestampNotBackwards,
  timestampNotInFuture,
  timestampNotRepeated,
  timestampReadable,
} from "./timestamps.ts";
import { tradeFinite, tradePositive } from "./trades.ts";

const barRules: readonly Rule<BarRow>[] = [
  barFinite,
  barPositive,
  ohlcOrder,
  volumeNotNegative,
  timestampReadable,
  onSession,
  inTradingHours,
  timestampNotInFuture,
  timestampNotRepeated,
  timestampNotBackwards,
];

const noHistory = { at: Number.NaN, previousAt: -Infinity, previousPrice: Number.NaN };

/** Bars from files and history requests: leaps are the quality report's business. */
export const importedBars: Channel<BarRow> = {
  id: "bars.imported",
  fields: ["open", "high", "low", "close", "volume"],
  rules: [...barRules, zeroVolume],
  blank: () => ({ ...noHistory, open: 0, high: 0, low: 0, close: 0, volume: 0 }),
  price: (row) => row.close,
};

/** Bars as they close. */
export const liveBars: Channel<BarRow> = {
  ...importedBars,
  id: "bars.live",
  rules: [...barRules, barJump, zeroVolume],
};

export const quotes: Channel<QuoteRow> = {
  id: "quotes",
  fields: ["bid", "ask", "bidSize", "askSize"],
  rules: [
    quoteFinite,
    quoteNotNegative,
    quoteTwoSided,
    quoteNotCrossed,
    quoteNotLocked,
    timestampReadable,
    onSession,
    inTradingHours,
    timestampNotInFuture,
    timestampNotBackwards,
  ],
  blank: () => ({ ...noHistory, bid: 0, ask: 0, bidSize: 0, askSize: 0 }),
  price: (row) => (row.bid + row.ask) / 2,
};

export const trades: Channel<TradeRow> = {
  id: "trades",
  fields: ["price", "size"],
  rules: [
    tradeFinite,
    tradePositive,
    timestampReadable,
    onSession,
    inTradingHours,
    timestampNotInFuture,
    timestampNotBackwards,
    tradeJump,
  ],
  blank: () => ({ ...noHistory, price: 0, size: 0 }),
  price: (row) => row.price,
};
