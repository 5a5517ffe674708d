/**
 * A rule traded over a panel without an engine, fast enough to judge tens of thousands of them: long only, one slot of
 * the capital per instrument, decided at a bar's close and filled at the instrument's next open, costs in basis points
 * of each side. The shares of an entry are the slot's dollars times the size over the close that decided, as the
 * engine sizes an allocation; the capital is not compounded. The engine at the same costs gives the same curve, which
 * a test holds it to.
 *
 * Ratios are per period. A position that is open at the end stays open, valued at the last close.
 */
import { heldSize, type ParsedRule, ruleWarmup } from "../../features/formula/formula.ts";
import type { FormulaColumns } from "./formula-columns.ts";
import type { Holding } from "./holding.ts";
import type { Panel } from "./panel.ts";

/** Bits of the signal that are kept of each rule, one a row, rows evenly spread. */
export const SIGNAL_WORDS = 64;

export interface PaperTrades {
  /** Profit of each period as a share of the capital. */
  readonly profit: Float64Array;
  /** The same, less what holding each instrument with as much on average would have paid. */
  readonly excess: Float64Array;
  readonly trades: number;
  /** Mean of what was held at the closes, as a share of the capital. */
  readonly exposure: number;
  /** Bought and sold, as a share of the capital, halved. */
  readonly turnover: number;
  /** Names every decision and its size: equal for rules that trade alike. */
  readonly semantic: string;
  /** One bit a sampled row: held after its close's decision or not. */
  readonly signal: Uint32Array;
}

/** What rules are traded over. */
export interface PaperMarket {
  readonly panel: Panel;
  readonly columns: FormulaColumns;
  readonly holding: Holding;
  /** Basis points of each side. */
  readonly costBps: number;
}

export function paperTrades(
  { panel, columns, holding, costBps }: PaperMarket,
  rule: ParsedRule,
): PaperTrades {
  const wants = { entry: columns.of(rule.entry), exit: columns.of(rule.exit), size: columns.of(rule.size) };
  const book = new Book(panel, costBps / 10_000, holding);
  const warmup = ruleWarmup(rule);
  for (let i = 0; i < panel.symbols.length; i++) book.trade(i, wants, warmup);
  return book.close(warmup);
}

interface Wants {
  readonly entry: Float64Array;
  readonly exit: Float64Array;
  readonly size: Float64Array;
}

/** Multiplier and start of FNV-1a, over words. */
const FNV = 0x01000193;
const FNV_START = 0x811c9dc5;
const OTHER = 0x9e3779b1;

class Book {
  readonly #panel: Panel;
  readonly #cost: number;
  readonly #profit: Float64Array;
  readonly #holding: Holding;
  readonly #signal = new Uint32Array(SIGNAL_WORDS);
  readonly #stride: number;
  #trades = 0;
  #traded = 0;
  #left = FNV_START;
  #right = OTHER;

  constructor(panel: Panel, cost: number, holding: Holding) {
    this.#panel = panel;
    this.#cost = cost;
    this.#profit = new Float64Array(panel.periods);
    this.#holding = holding;
    this.#stride = Math.max(1, Math.ceil(panel.rows / (32 * SIGNAL_WORDS)));
  }

  trade(instrument: number, { entry, exit, size }: Wants, warmup: number): void {
    const { starts, period, price, symbols } = this.#panel;
    const { open, close } = price;
    const { dollars } = this.#holding;
    const slot = 1 / symbols.length;
    const end = starts[instrument + 1]!;
    const first = starts[instrument]!;
    let shares = 0;
    let wanted = 0;
    let leaves = false;
    for (let row = first; row < end; row++) {
      if (wanted > 0) {
        shares = wanted;
        wanted = 0;
        this.#book(period[row]!, shares * (close[row]! - open[row]!), shares * open[row]!);
        this.#trades += 1;
      } else if (leaves) {
        this.#book(period[row]!, shares * (open[row]! - close[row - 1]!), shares * open[row]!);
        shares = 0;
        leaves = false;
      } else if (shares > 0) {
        this.#profit[period[row]!]! += shares * (close[row]! - close[row - 1]!);
      }
      dollars[row] = shares * close[row]!;
      if (row - first + 1 >= warmup) {
        if (shares > 0) {
          leaves = exit[row] === 1;
          if (leaves) this.#mix(row, 0);
        } else if (entry[row] === 1 && exit[row] !== 1) {
          const share = heldSize(size[row]!);
          wanted = (share * slot) / close[row]!;
          if (wanted > 0) this.#mix(row, share);
        }
      }
      if (row % this.#stride === 0 && (wanted > 0 || (shares > 0 && !leaves))) {
        const bit = row / this.#stride;
        this.#signal[bit >>> 5]! |= 1 << (bit & 31);
      }
    }
  }

  #book(period: number, profit: number, dollars: number): void {
    this.#profit[period]! += profit - this.#cost * dollars;
    this.#traded += dollars;
  }

  #mix(row: number, share: number): void {
    this.#left = Math.imul(this.#left ^ row, FNV);
    this.#left = Math.imul(this.#left ^ Math.round(share * 1e9), FNV);
    this.#right = Math.imul((this.#right ^ (row + 1)) + Math.round(share * 1e9), OTHER);
    this.#right ^= this.#right >>> 15;
  }

  close(warmup: number): PaperTrades {
    const { starts, symbols, periods } = this.#panel;
    const { dollars } = this.#holding;
    const excess = this.#profit.slice();
    for (let i = 0; i < symbols.length; i++) this.#holding.takeFrom(excess, i, starts[i]! + warmup);
    let held = 0;
    for (let row = 0; row < dollars.length; row++) held += dollars[row]!;
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return {
      ...{ profit: this.#profit, excess },
      trades: this.#trades,
      exposure: held / Math.max(1, periods),
      turnover: this.#traded / 2,
      semantic: `${hex(this.#left)}${hex(this.#right)}`,
      signal: this.#signal,
    };
  }
}
