/** The book at a bar's close, and how orders flowed into it: microprice, queue and order-flow imbalance. */
import { z } from "zod";
import type { Quote } from "../domain/quote.ts";
import { WindowSums } from "../numerics/window-sums.ts";
import { micropriceOf, midOf, orderFlowOf, queueImbalanceOf } from "./book-arithmetic.ts";
import { defineFeature } from "./feature.ts";
import { guardedRatio } from "./guarded-ratio.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";
import { NO_SESSION, SessionCursor } from "./session-cursor.ts";

/**
 * Of the last quote before the bar closed: `microprice`, dollars; `microprice_bps`, its distance from the mid;
 * `queue_imbalance` in [-1, 1]. Of the updates: `ofi_bar`, shares, the order-flow imbalance since the bar
 * before closed; `ofi_sum_n` that of the last n updates; `ofi_bar_depth` and `ofi_depth_n` the same over the
 * mean of (bidSize + askSize) / 2 at those updates, the form for models.
 *
 * The first quote of a session is compared with none, so it adds no flow; n updates need n + 1 quotes. A bar
 * without updates has flow 0. Before a session's first quote, and on bars outside regular hours, all are NaN.
 * Only the top of the book is known. Source: Stoikov 2018; Cont, Kukanov, Stoikov 2014; QUANT a4 #40, #44.
 */
export const orderFlow = defineFeature({
  name: "order_flow",
  family: "microstructure",
  inputs: [],
  params: z.strictObject({ updates: z.int().min(1).max(1000) }),
  reference: "Stoikov 2018; Cont, Kukanov, Stoikov 2014; QUANT a4 #40, #44",
  perSession: true,
  outputs: ({ updates: n }) => ({
    microprice: "usd_per_share",
    microprice_bps: "bps",
    queue_imbalance: "ratio",
    ofi_bar: "shares",
    ofi_bar_depth: "ratio",
    [`ofi_sum_${n}`]: "shares",
    [`ofi_depth_${n}`]: "ratio",
  }),
  warmup: () => 1,

  start({ updates }, { instruments, sessions }) {
    const book = new Book(updates, instruments);
    const { session, bid, bidSize, ask, askSize, flow, depth, count, windowFlow, windowDepth } = book.columns;
    const { published } = book;
    const [microprice, distance, queue, barFlow, barRatio, sum, ratio] = published;
    const cursor = new SessionCursor(sessions);
    return {
      outputs: published,
      quote(quote) {
        const current = cursor.ofEvent(quote.at);
        if (current !== NO_SESSION) book.hear(quote, current);
      },
      update({ at, columns: { instrument }, from, to }) {
        const current = cursor.ofBar(at);
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          if (current === NO_SESSION || session[i] !== current) {
            for (let k = 0; k < published.length; k++) published[k]![i] = Number.NaN;
            continue;
          }
          const mid = midOf(bid[i]!, ask[i]!);
          microprice[i] = micropriceOf(bid[i]!, bidSize[i]!, ask[i]!, askSize[i]!);
          distance[i] = (1e4 * (microprice[i]! - mid)) / mid;
          queue[i] = queueImbalanceOf(bidSize[i]!, askSize[i]!);
          barFlow[i] = flow[i]!;
          barRatio[i] = count[i] === 0 ? 0 : guardedRatio(flow[i]!, depth[i]! / count[i]!, Number.NaN);
          sum[i] = windowFlow[i]!;
          ratio[i] = guardedRatio(windowFlow[i]!, windowDepth[i]! / updates, Number.NaN);
          flow[i] = 0;
          depth[i] = 0;
          count[i] = 0;
        }
      },
      save: () => saveColumns(book.columns),
      load: (snapshot) => loadColumns(book.columns, snapshot),
    };
  },
});

/** The last quote of each instrument and the flow of its updates, bar by bar and over the last n. */
class Book {
  readonly columns: ReturnType<typeof initialColumns>;
  readonly published: readonly [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  readonly #window: WindowSums;
  readonly #before = { bid: 0, bidSize: 0, ask: 0, askSize: 0 };

  constructor(updates: number, instruments: number) {
    const columns = initialColumns(updates, instruments);
    this.columns = columns;
    this.published = [
      columns.microprice,
      columns.distance,
      columns.queue,
      columns.barFlow,
      columns.barRatio,
      columns.sum,
      columns.ratio,
    ];
    this.#window = new WindowSums(updates, 2, columns.window);
    columns.session.fill(NO_SESSION);
    for (const column of this.published) column.fill(Number.NaN);
  }

  hear(quote: Quote, session: number): void {
    const columns = this.columns;
    const { bid, bidSize, ask, askSize, flow, depth, count, windowFlow, windowDepth } = columns;
    const i = quote.instrument;
    if (columns.session[i] === session) {
      const before = this.#before;
      before.bid = bid[i]!;
      before.bidSize = bidSize[i]!;
      before.ask = ask[i]!;
      before.askSize = askSize[i]!;
      const added = orderFlowOf(before, quote);
      const atHand = (quote.bidSize + quote.askSize) / 2;
      flow[i] = flow[i]! + added;
      depth[i] = depth[i]! + atHand;
      count[i] = count[i]! + 1;
      const window = this.#window;
      window.entry[0] = added;
      window.entry[1] = atHand;
      window.add(i);
      windowFlow[i] = window.total[0]!;
      windowDepth[i] = window.total[1]!;
    } else {
      columns.session[i] = session;
      this.#window.clear(i);
      flow[i] = 0;
      depth[i] = 0;
      count[i] = 0;
      windowFlow[i] = Number.NaN;
      windowDepth[i] = Number.NaN;
    }
    bid[i] = quote.bid;
    bidSize[i] = quote.bidSize;
    ask[i] = quote.ask;
    askSize[i] = quote.askSize;
  }
}

function initialColumns(updates: number, instruments: number) {
  return stateColumns(instruments, {
    session: 1,
    bid: 1,
    bidSize: 1,
    ask: 1,
    askSize: 1,
    flow: 1,
    depth: 1,
    count: 1,
    window: WindowSums.sizeOf(updates, 2),
    windowFlow: 1,
    windowDepth: 1,
    microprice: 1,
    distance: 1,
    queue: 1,
    barFlow: 1,
    barRatio: 1,
    sum: 1,
    ratio: 1,
  });
}
