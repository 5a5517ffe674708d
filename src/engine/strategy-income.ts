/**
 * Who got and who owes what no fill says: dividends, cash for parts of shares and the cost of borrowed shares, each
 * shared out among the lots it came from (PORT-1). Used by the execute stage; read by whoever reports.
 *
 * SI-1  The parts are whole micro-dollars and add up to the account's figure, row by row: each lot's exact amount is
 *       rounded down, and what is left goes to the largest remainders, ties to the earlier strategy.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS, type Money, NANOS, type Price } from "../domain/money.ts";
import { RecordTable } from "../domain/record-table.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { splitAmount } from "../execution/fill-split.ts";

export const IncomeKind = { dividend: 0, inLieu: 1, borrow: 2 } as const;
export type IncomeKind = (typeof IncomeKind)[keyof typeof IncomeKind];

export const IncomeField = {
  at: 0,
  strategy: 1,
  kind: 2,
  /** Whole micro-dollars that the strategy got; negative when it paid. */
  micros: 3,
} as const;
export type IncomeField = (typeof IncomeField)[keyof typeof IncomeField];

export class StrategyIncome {
  readonly #strategies: number;
  readonly #lots: Pick<VirtualLots, "nanos">;
  readonly #table = new RecordTable<IncomeField>(Object.keys(IncomeField).length);

  constructor(strategies: number, lots: Pick<VirtualLots, "nanos">) {
    this.#strategies = strategies;
    this.#lots = lots;
  }

  get length(): number {
    return this.#table.length;
  }

  get(row: number, field: IncomeField): number {
    return this.#table.get(row, field);
  }

  /** Whole micro-dollars of one kind since the start; negative when more was paid than received. */
  total(strategy: number, kind: IncomeKind): number {
    let sum = 0;
    for (let row = 0; row < this.#table.length; row++) {
      const isOwn =
        this.get(row, IncomeField.strategy) === strategy && this.get(row, IncomeField.kind) === kind;
      if (isOwn) sum += this.get(row, IncomeField.micros);
    }
    return sum;
  }

  /** Shares out what the account got for a dividend. Micro-dollars by strategy, negative for those who are short. */
  dividend(at: EpochMicros, instrument: InstrumentId, perShare: Price, whole: Money): readonly number[] {
    const parts = dividendParts(this.#held(instrument), perShare, whole);
    this.#addAll(at, IncomeKind.dividend, parts);
    return parts;
  }

  /** What one lot got for its part of a share, negative for a short. */
  inLieu(at: EpochMicros, strategy: number, amount: Money): void {
    this.#add(at, strategy, IncomeKind.inLieu, amount);
  }

  /** Shares out what borrowed shares cost, a positive amount. Micro-dollars by strategy, negative for who paid. */
  borrow(at: EpochMicros, instrument: InstrumentId, whole: Money): readonly number[] {
    const parts = borrowParts(this.#held(instrument), whole).map((part) => 0 - part);
    this.#addAll(at, IncomeKind.borrow, parts);
    return parts;
  }

  #held(instrument: InstrumentId): number[] {
    return Array.from({ length: this.#strategies }, (_, s) => this.#lots.nanos(s, instrument));
  }

  #addAll(at: EpochMicros, kind: IncomeKind, parts: readonly number[]): void {
    for (const [strategy, part] of parts.entries()) if (part !== 0) this.#add(at, strategy, kind, part);
  }

  #add(at: EpochMicros, strategy: number, kind: IncomeKind, micros: number): void {
    const row = this.#table.append();
    this.#table.cells.set([at, strategy, kind, micros], row);
  }
}

/** Micro-dollars of a dividend for each of the lots, signed nano-shares; they add up to `whole`. */
export function dividendParts(nanos: readonly number[], perShare: Price, whole: Money): number[] {
  const unit = BigInt(NANOS);
  const exact = nanos.map((lot) => BigInt(lot) * BigInt(perShare));
  const remainder = exact.map((amount) => ((amount % unit) + unit) % unit);
  const parts = exact.map((amount, n) => Number((amount - (remainder[n] ?? 0n)) / unit));
  let left = whole - parts.reduce((sum, part) => sum + part, 0);
  const order = remainder
    .map((_, n) => n)
    .filter((n) => nanos[n] !== 0)
    .sort((a, b) => Number((remainder[b] ?? 0n) - (remainder[a] ?? 0n)) || a - b);
  // Rounded down by less than one each, so nobody gets more than one of what is left.
  for (const n of order) {
    if (left <= 0) break;
    parts[n] = (parts[n] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}

/** Micro-dollars of a borrow fee for each of the lots: by what each is short, by equal parts where none is any more. */
export function borrowParts(nanos: readonly number[], whole: Money): number[] {
  const short = nanos.map((lot) => Math.max(0, -lot));
  return splitAmount(short.some((lot) => lot > 0) ? short : short.map(() => 1), whole);
}

/** Dollars, for those who count in floats. */
export const incomeDollars = (micros: number): number => micros / MICROS;
