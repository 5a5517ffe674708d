/**
 * Every decision of every strategy, as rows of columns: what was wanted, when, and why. The look-ahead
 * canary compares these rows; the chain of reasons starts here.
 */
import { FloatColumn } from "../domain/growing-columns.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";

export const SignalKind = { Enter: 0, Exit: 1, Protect: 2 } as const;
export type SignalKind = (typeof SignalKind)[keyof typeof SignalKind];
export const signalKindNames = ["enter", "exit", "protect"] as const;

/** Numbers a reason may carry. */
export const REASON_NUMBERS = 4;

export interface NewSignal {
  readonly at: EpochMicros;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly kind: SignalKind;
  readonly conviction: number;
  readonly stop: number;
  readonly target: number;
  /** Index into the strategy's reasons; -1 for the engine's own (time stop, protect). */
  readonly reason: number;
  readonly numbers: readonly number[];
}

export class SignalTable {
  readonly at = new FloatColumn();
  readonly strategy = new FloatColumn();
  readonly instrument = new FloatColumn();
  readonly kind = new FloatColumn();
  readonly conviction = new FloatColumn();
  readonly stop = new FloatColumn();
  readonly target = new FloatColumn();
  readonly reason = new FloatColumn();
  readonly numbers: readonly FloatColumn[] = Array.from({ length: REASON_NUMBERS }, () => new FloatColumn());

  get length(): number {
    return this.at.length;
  }

  add(signal: NewSignal): number {
    this.strategy.push(signal.strategy);
    this.instrument.push(signal.instrument);
    this.kind.push(signal.kind);
    this.conviction.push(signal.conviction);
    this.stop.push(signal.stop);
    this.target.push(signal.target);
    this.reason.push(signal.reason);
    for (const [n, column] of this.numbers.entries()) column.push(signal.numbers[n] ?? Number.NaN);
    return this.at.push(signal.at);
  }

  /** All columns, for digests and comparison. */
  views(): Float64Array[] {
    const columns = [this.at, this.strategy, this.instrument, this.kind, this.conviction, this.stop, this.target];
    return [...columns, this.reason, ...this.numbers].map((column) => column.view());
  }
}

/** The engine's own sentences, for rows whose reason is negative: index -1 is the first. */
export const engineReasons = ["time stop after {0} bars", "stop moved to {0}"] as const;
export const TIME_STOP = -1;
export const STOP_MOVED = -2;

/** The sentence with its numbers filled in, four significant decimals at most. */
export function sentence(
  signals: SignalTable,
  row: number,
  reasons: readonly (readonly [name: string, sentence: string])[],
): string {
  const reason = signals.reason.get(row);
  const text = reason < 0 ? engineReasons[-1 - reason] : reasons[reason]?.[1];
  return (text ?? "").replace(/\{(\d)\}/g, (_, n: string) => plain(signals.numbers[Number(n)]?.get(row)));
}

function plain(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "no data";
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 4 : 2);
}
