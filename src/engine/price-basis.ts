/**
 * One common basis of prices for the features of a run in which shares split (DATA-6, QUANT head): each price is
 * multiplied by what an investment of the first day has become since, so no action is a jump. What the features
 * answer in dollars per share, shares or dollars is turned back into today's.
 *
 * PB-1  Point in time: the factor of a bar knows the actions up to it, and no bar already seen is touched again.
 * PB-2  A feature turned back equals the same feature over history adjusted backwards as of today, up to rounding:
 *       both differ by one constant factor, and every feature is homogeneous in its unit.
 */
import { allocateColumns, type BarBatch, type BarColumns } from "../domain/bars.ts";
import { ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { FeatureSnapshot, FeatureUnit } from "../features/feature.ts";
import { loadColumns, saveColumns } from "../features/per-instrument-columns.ts";

/** What counts as an action: splits and spin-offs always, ordinary dividends with `full`. */
export const basisKinds = ["split", "full"] as const;
export type BasisKind = (typeof basisKinds)[number];

/** An output as the feature keeps it, on the common basis, and as its readers see it. */
interface Shown {
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly unit: FeatureUnit;
}

/** What a price and a number of shares of before an action are to be multiplied with. */
export interface ActionFactors {
  readonly price: number;
  readonly shares: number;
}

export class PriceBasis {
  readonly #kind: BasisKind;
  readonly #instruments: number;
  /** Common price = today's x price; common shares = today's / shares. */
  readonly #state: {
    readonly price: Float64Array;
    readonly shares: Float64Array;
    readonly close: Float64Array;
  };
  readonly #shown: Shown[] = [];
  /** Overwritten by every batch: nothing is allocated per bar. */
  #common: BarBatch | undefined;

  constructor(instruments: number, kind: BasisKind) {
    this.#kind = kind;
    this.#instruments = instruments;
    const column = (value: number) => new Float64Array(instruments).fill(value);
    this.#state = { price: column(1), shares: column(1), close: column(Number.NaN) };
  }

  /** Applies an action and tells what it does to prices and shares of before; 1 and 1 when it does not count. */
  apply(event: CorporateActionEvent): ActionFactors {
    const { price, shares, close } = this.#state;
    const { instrument } = event;
    const factors = this.#factors(event, close[instrument]!);
    price[instrument] = price[instrument]! / factors.price;
    shares[instrument] = shares[instrument]! * factors.shares;
    close[instrument] = close[instrument]! * factors.price;
    for (const output of this.#shown) this.#showOne(output, instrument);
    return factors;
  }

  #factors(event: CorporateActionEvent, close: number): ActionFactors {
    if (event.kind === "SharesSplit") return { price: 1 / ratioOf(event), shares: ratioOf(event) };
    const counts = event.isSpinOff || this.#kind === "full";
    // Before the first bar there is nothing to compare with, and a price cannot lose more than it is.
    if (!counts || !(event.perShare < close)) return { price: 1, shares: 1 };
    return { price: 1 - event.perShare / close, shares: 1 };
  }

  /** The batch on the common basis. Its columns are overwritten by the next one. */
  bars({ columns, from, to, at }: BarBatch): BarBatch {
    const batch = this.#batchLike(columns);
    const common = batch.columns;
    const { price, shares, close } = this.#state;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      const place = row - from;
      const factor = price[i]!;
      close[i] = columns.close[row]!;
      common.instrument[place] = i;
      common.open[place] = columns.open[row]! * factor;
      common.high[place] = columns.high[row]! * factor;
      common.low[place] = columns.low[row]! * factor;
      common.close[place] = columns.close[row]! * factor;
      common.volume[place] = columns.volume[row]! / shares[i]!;
    }
    common.closedAt[0] = at;
    common.offset[1] = to - from;
    batch.at = at;
    batch.to = to - from;
    return batch;
  }

  quote(quote: Quote): Quote {
    const price = this.#state.price[quote.instrument]!;
    const shares = this.#state.shares[quote.instrument]!;
    return {
      ...quote,
      bid: quote.bid * price,
      ask: quote.ask * price,
      bidSize: quote.bidSize / shares,
      askSize: quote.askSize / shares,
    };
  }

  trade(trade: TradePrint): TradePrint {
    const { price, shares } = this.#state;
    const { instrument } = trade;
    return { ...trade, price: trade.price * price[instrument]!, size: trade.size / shares[instrument]! };
  }

  /** The column that readers of an output get: a copy in today's units, or the output itself when it has none. */
  shown(output: Float64Array, unit: FeatureUnit): Float64Array {
    if (unit === "ratio" || unit === "percent" || unit === "bps") return output;
    const known = this.#shown.find(({ from }) => from === output);
    if (known !== undefined) return known.to;
    const to = Float64Array.from(output);
    this.#shown.push({ from: output, to, unit });
    return to;
  }

  /** Brings what readers see of the instruments of this batch up to date. */
  show({ columns: { instrument }, from, to }: BarBatch): void {
    for (const output of this.#shown) {
      for (let row = from; row < to; row++) this.#showOne(output, instrument[row]!);
    }
  }

  save(): FeatureSnapshot {
    return saveColumns(this.#state);
  }

  load(snapshot: FeatureSnapshot): void {
    loadColumns(this.#state, snapshot);
    for (const output of this.#shown) {
      for (let i = 0; i < this.#instruments; i++) this.#showOne(output, i);
    }
  }

  #showOne({ from, to, unit }: Shown, i: number): void {
    const price = this.#state.price[i]!;
    const shares = this.#state.shares[i]!;
    const common = from[i]!;
    if (unit === "usd_per_share") to[i] = common / price;
    else if (unit === "shares") to[i] = common * shares;
    // Dollars are price x shares; what dollars divide goes the other way.
    else if (unit === "usd") to[i] = (common / price) * shares;
    else to[i] = (common * price) / shares;
  }

  #batchLike({ timeframe, instruments }: BarColumns): BarBatch {
    this.#common ??= {
      at: 0 as EpochMicros,
      from: 0,
      to: 0,
      columns: allocateColumns(timeframe, instruments, this.#instruments, 1),
    };
    return this.#common;
  }
}
