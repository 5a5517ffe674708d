/** What trades tell of a bar: who was eager, how much they traded, and what it cost them. */
import { z } from "zod";
import type { Quote, TradePrint } from "../domain/quote.ts";
import { WindowSums } from "../numerics/window-sums.ts";
import { effectiveSpreadBps, leeReadySign, midOf } from "./book-arithmetic.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";
import { tickSign } from "./tick-rule.ts";

/**
 * Each trade is signed by Lee and Ready's rule against the quote that stood just before it: the last one with
 * an earlier time, for a quote of the same microsecond may be the trade's own doing. Without one the tick rule
 * decides. `lee_ready_sign` and `trade_tick_sign`, in {-1, 0, 1}: of the last trade. `signed_volume_bar`,
 * shares, and `trade_imbalance_bar` in [-1, 1]: sum of sign times size, and that over the sum of size, since
 * the bar before closed; `signed_volume_sum_n` and `imbalance_n`: the same of the last n trades.
 * `effective_spread_bps`: 2e4 sign (P - mid) / mid of the bar's trades, weighted by size as SEC Rule 605 does.
 *
 * Trades without a mid to compare with are left out of the effective spread; a bar without trades has signed
 * volume 0, and no imbalance and no spread (NaN). Before a session's first trade, and on bars outside regular
 * hours, all are NaN. Source: Lee, Ready 1991; QUANT a4 #39, #43.
 */
export const tradeFlow = defineFeature({
  name: "trade_flow",
  family: "microstructure",
  inputs: [],
  params: z.strictObject({ trades: z.int().min(1).max(1000) }),
  reference: "Lee, Ready 1991; 17 CFR 242.605; QUANT a4 #39, #43",
  perSession: true,
  outputs: ({ trades: n }) => ({
    lee_ready_sign: "ratio",
    trade_tick_sign: "ratio",
    signed_volume_bar: "shares",
    trade_imbalance_bar: "ratio",
    [`signed_volume_sum_${n}`]: "shares",
    [`imbalance_${n}`]: "ratio",
    effective_spread_bps: "bps",
  }),
  warmup: () => 1,

  start({ trades }, { instruments, sessions }) {
    const tape = new Tape(trades, instruments);
    const { columns } = tape;
    const { session, sign, tick, signed, size, windowSigned, windowSize, cost, costSize } = columns;
    const { lastSign, lastTick, barSigned, barImbalance, sum, imbalance, effective } = columns;
    const published = [lastSign, lastTick, barSigned, barImbalance, sum, imbalance, effective];
    for (const column of published) column.fill(Number.NaN);
    const cursor = new SessionCursor(sessions);
    return {
      outputs: published,
      quote(quote) {
        const current = cursor.ofEvent(quote.at);
        if (current !== NO_SESSION) tape.hearQuote(quote, current);
      },
      trade(trade) {
        const current = cursor.ofEvent(trade.at);
        if (current !== NO_SESSION) tape.hearTrade(trade, current);
      },
      update({ at, columns: { instrument }, from, to }) {
        const current = cursor.ofBar(at);
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (current === NO_SESSION || session[i] !== current) {
            for (let k = 0; k < published.length; k++) published[k]![i] = Number.NaN;
            continue;
          }
          lastSign[i] = sign[i]!;
          lastTick[i] = tick[i]!;
          barSigned[i] = Number.isNaN(sign[i]!) ? Number.NaN : signed[i]!;
          barImbalance[i] = guardedRatio(signed[i]!, size[i]!, Number.NaN);
          sum[i] = windowSigned[i]!;
          imbalance[i] = guardedRatio(windowSigned[i]!, windowSize[i]!, Number.NaN);
          effective[i] = guardedRatio(cost[i]!, costSize[i]!, Number.NaN);
          tape.turnPage(i);
        }
      },
      save: () => saveColumns(columns),
      load: (snapshot) => loadColumns(columns, snapshot),
    };
  },
});

/** Signs the trades of each instrument and gathers them, bar by bar and over the last n. */
class Tape {
  readonly columns: ReturnType<typeof initialColumns>;
  readonly #window: WindowSums;

  constructor(trades: number, instruments: number) {
    this.columns = initialColumns(trades, instruments);
    this.columns.session.fill(NO_SESSION);
    this.#window = new WindowSums(trades, 2, this.columns.window);
  }

  /** Keeps the mid that stands from `at` on, and the one that stood until then. */
  hearQuote(quote: Quote, current: number): void {
    const { session, mid, midSince, midBefore } = this.columns;
    const i = quote.instrument;
    if (session[i] !== current) this.#open(i, current);
    if (quote.at > midSince[i]!) {
      midBefore[i] = mid[i]!;
      midSince[i] = quote.at;
    }
    mid[i] = midOf(quote.bid, quote.ask);
  }

  hearTrade(trade: TradePrint, current: number): void {
    const { session, mid, midSince, midBefore, price, tick, sign } = this.columns;
    const { signed, size, windowSigned, windowSize, cost, costSize } = this.columns;
    const i = trade.instrument;
    if (session[i] !== current) this.#open(i, current);
    const prevailing = midSince[i]! < trade.at ? mid[i]! : midBefore[i]!;
    tick[i] = tickSign(trade.price - price[i]!, Number.isNaN(tick[i]!) ? 0 : tick[i]!);
    price[i] = trade.price;
    const eager = leeReadySign(trade.price, prevailing, tick[i]!);
    sign[i] = eager;
    signed[i] = signed[i]! + eager * trade.size;
    size[i] = size[i]! + trade.size;
    const paid = effectiveSpreadBps(eager, trade.price, prevailing);
    if (!Number.isNaN(paid)) {
      cost[i] = cost[i]! + paid * trade.size;
      costSize[i] = costSize[i]! + trade.size;
    }
    const window = this.#window;
    window.entry[0] = eager * trade.size;
    window.entry[1] = trade.size;
    window.add(i);
    windowSigned[i] = window.total[0]!;
    windowSize[i] = window.total[1]!;
  }

  /** A bar has closed: what follows belongs to the next. */
  turnPage(i: number): void {
    const { signed, size, cost, costSize } = this.columns;
    signed[i] = 0;
    size[i] = 0;
    cost[i] = 0;
    costSize[i] = 0;
  }

  /** A session begins: nothing of the last one is known any more. */
  #open(i: number, current: number): void {
    const { session, mid, midSince, midBefore, price, tick, sign, windowSigned, windowSize } = this.columns;
    session[i] = current;
    midSince[i] = Number.NEGATIVE_INFINITY;
    for (const column of [mid, midBefore, price, tick, sign, windowSigned, windowSize])
      column[i] = Number.NaN;
    this.#window.clear(i);
    this.turnPage(i);
  }
}

function initialColumns(trades: number, instruments: number) {
  return stateColumns(instruments, {
    session: 1,
    mid: 1,
    midSince: 1,
    midBefore: 1,
    price: 1,
    tick: 1,
    sign: 1,
    signed: 1,
    size: 1,
    window: WindowSums.sizeOf(trades, 2),
    windowSigned: 1,
    windowSize: 1,
    cost: 1,
    costSize: 1,
    lastSign: 1,
    lastTick: 1,
    barSigned: 1,
    barImbalance: 1,
    sum: 1,
    imbalance: 1,
    effective: 1,
  });
}
