/**
 * What live execute prices an entry with: the fixed offset, or one that follows the quote of now and the last bars
 * (`execution.limitOffset`). A backtest over bars has no quote to follow and is always priced by the fixed one.
 *
 * LO-1  Made of the stage's inputs alone. Without a fresh quote of the instrument the offset is the fixed one.
 * LO-2  Volatility is the exponentially weighted one of bar-to-bar returns with a decay of 0.94 (J.P. Morgan,
 *       RiskMetrics Technical Document, 1996, section 5), unknown before there were as many as half of its weight
 *       rests on. A return across a gap, a night or a corporate action is no bar's return.
 */
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { adaptiveOffsetBps } from "../execution/adaptive-offset.ts";
import type { ExecutionParams } from "../execution/order-policy.ts";
import type { RiskView } from "../risk/rule.ts";
import type { EntryPricing } from "./order-requests.ts";

const DECAY = 0.94;
/** Returns that hold half of the weight: ln 0.5 / ln 0.94. */
const LEAST_RETURNS = 12;
const LONGEST_BAR_MICROS = MICROS_PER_MINUTE;

type OffsetFacts = Pick<RiskView, "now" | "bid" | "ask" | "quotedAt">;

export class LiveOffset {
  readonly #execution: ExecutionParams;
  readonly #facts: () => OffsetFacts;
  readonly #variance: Float64Array;
  readonly #returns: Int32Array;
  readonly #close: Float64Array;
  readonly #closedAt: Float64Array;

  constructor(execution: ExecutionParams, instruments: number, facts: () => OffsetFacts) {
    this.#execution = execution;
    this.#facts = facts;
    this.#variance = new Float64Array(instruments);
    this.#returns = new Int32Array(instruments);
    this.#close = new Float64Array(instruments).fill(Number.NaN);
    this.#closedAt = new Float64Array(instruments).fill(Number.NaN);
  }

  /** What the desk prices entries with. */
  get pricing(): EntryPricing {
    if (this.#execution.limitOffset === "fixed") return this.#execution;
    return { ...this.#execution, entryOffsetBps: (instrument) => this.bps(instrument) };
  }

  bars({ at, from, to, columns }: BarBatch): void {
    if (this.#execution.limitOffset === "fixed") return;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      const close = columns.close[row]!;
      const change = Math.log(close / this.#close[i]!);
      if (at - this.#closedAt[i]! <= LONGEST_BAR_MICROS && Number.isFinite(change)) {
        const seen = this.#returns[i]!;
        // The mean of the first ones, so that the start does not weigh: the decay takes over as it falls below it.
        const weight = Math.max(1 - DECAY, 1 / (seen + 1));
        this.#variance[i] = this.#variance[i]! + weight * (change * change - this.#variance[i]!);
        this.#returns[i] = seen + 1;
      }
      this.#close[i] = close;
      this.#closedAt[i] = at;
    }
  }

  /** A split or a dividend: the next return would be of two kinds of shares. */
  forget(instrument: InstrumentId): void {
    this.#close[instrument] = Number.NaN;
  }

  /** Basis points beyond the close. */
  bps(instrument: InstrumentId): number {
    const { limitOffsetBps, adaptive } = this.#execution;
    const facts = this.#facts();
    const age = (facts.now - facts.quotedAt(instrument)) / MICROS_PER_SECOND;
    if (!(age >= 0 && age <= adaptive.quoteSeconds)) return limitOffsetBps;
    const isKnown = this.#returns[instrument]! >= LEAST_RETURNS;
    const volatility = isKnown ? Math.sqrt(this.#variance[instrument]!) : Number.NaN;
    const market = { bid: facts.bid(instrument), ask: facts.ask(instrument), volatility };
    return adaptiveOffsetBps(market, limitOffsetBps, adaptive);
  }
}
