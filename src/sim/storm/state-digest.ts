/**
 * The state of an engine as one short text: equal text, equal account, lots, orders, heights, permissions and books.
 * What a restart must bring back (I-25). Two 32-bit lanes over the bits of every number: fast enough for every
 * minute, and no key to anything.
 */
import type { InstrumentId } from "../../domain/instrument.ts";
import type { SingleLoop } from "../../engine/single-loop.ts";
import { TradeField } from "../../engine/trade-log.ts";

class Lanes {
  readonly #float = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float.buffer);
  #left = 0x243f6a88;
  #right = 0x85a308d3;

  number(value: number): void {
    // All NaN are one: their bits may differ by the way they came to be.
    this.#float[0] = Number.isNaN(value) ? Number.NaN : value;
    this.#word(this.#words[0]!);
    this.#word(this.#words[1]!);
  }

  numbers(values: Float64Array): void {
    this.#word(values.length);
    for (let n = 0; n < values.length; n++) this.number(values[n]!);
  }

  text(text: string): void {
    this.#word(text.length);
    for (let n = 0; n < text.length; n++) this.#word(text.charCodeAt(n));
  }

  toString(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return hex(this.#left ^ (this.#left >>> 15)) + hex(this.#right ^ (this.#right >>> 13));
  }

  #word(word: number): void {
    this.#left = Math.imul(this.#left ^ word, 0x9e3779b1);
    this.#left ^= this.#left >>> 16;
    this.#right = Math.imul(this.#right + word, 0x85ebca77);
    this.#right ^= this.#right >>> 13;
  }
}

const TRADE_FIELDS = Object.values(TradeField);

export function stateDigest(
  { execute, compute }: SingleLoop,
  strategies: number,
  instruments: number,
): string {
  const lanes = new Lanes();
  const { portfolio, lots, baselines, authorities, trades } = execute;
  lanes.number(portfolio.cashMicros);
  lanes.number(portfolio.traded);
  for (const cost of Object.values(portfolio.costs)) lanes.number(cost);
  for (let i = 0; i < instruments; i++) {
    const instrument = i as InstrumentId;
    lanes.number(portfolio.shares(instrument));
    lanes.number(portfolio.mark(instrument));
    lanes.number(portfolio.markedAt(instrument));
    for (let s = 0; s < strategies; s++) {
      lanes.number(lots.shares(s, instrument));
      lanes.number(lots.averageEntry(s, instrument));
      lanes.number(execute.restingStop(s, instrument));
      lanes.number(compute.shares(s, instrument));
      lanes.number(compute.barsHeld(s, instrument));
    }
  }
  for (const height of [baselines.dayBase, baselines.dayHigh, baselines.high]) lanes.number(height);
  lanes.number(execute.availableCash);
  lanes.number(execute.scalar);
  lanes.text(JSON.stringify(authorities.permission));
  lanes.numbers(execute.orders.cells());
  lanes.numbers(execute.fills.cells());
  lanes.numbers(compute.signals.cells());
  for (let n = 0; n < trades.length; n++)
    for (const field of TRADE_FIELDS) lanes.number(trades.get(n, field));
  lanes.text(JSON.stringify(execute.blocked.list()));
  return lanes.toString();
}
