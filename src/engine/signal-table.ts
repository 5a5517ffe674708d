/**
 * Every decision of every strategy, as rows of numbers: what was wanted, when, and why. The look-ahead
 * canary compares these rows; the chain of reasons starts here.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { RecordTable } from "../domain/record-table.ts";
import type { EpochMicros } from "../domain/time.ts";

export const SignalKind = { Enter: 0, Exit: 1, Protect: 2 } as const;
export type SignalKind = (typeof SignalKind)[keyof typeof SignalKind];

export const SignalField = {
  at: 0,
  strategy: 1,
  instrument: 2,
  kind: 3,
  conviction: 4,
  stop: 5,
  target: 6,
  /** Bars to be held at most; 0 for no limit. */
  timeStopBars: 7,
  /** Index into the strategy's reasons; negative for the engine's own. */
  reason: 8,
  number0: 9,
  number1: 10,
  number2: 11,
  number3: 12,
} as const;
export type SignalField = (typeof SignalField)[keyof typeof SignalField];
const WIDTH = Object.keys(SignalField).length;

export interface NewSignal {
  readonly at: EpochMicros;
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly kind: SignalKind;
  readonly conviction: number;
  readonly stop: number;
  readonly target: number;
  readonly timeStopBars: number;
  readonly reason: number;
  /** At most four are kept. */
  readonly numbers: readonly number[];
}

export class SignalTable {
  readonly #table = new RecordTable<SignalField>(WIDTH);

  get length(): number {
    return this.#table.length;
  }

  get(row: number, field: SignalField): number {
    return this.#table.get(row, field);
  }

  /** Returns the row. */
  add(signal: NewSignal): number {
    const row = this.#table.length;
    const at = this.#table.append();
    const { cells } = this.#table;
    const { numbers } = signal;
    cells[at + SignalField.at] = signal.at;
    cells[at + SignalField.strategy] = signal.strategy;
    cells[at + SignalField.instrument] = signal.instrument;
    cells[at + SignalField.kind] = signal.kind;
    cells[at + SignalField.conviction] = signal.conviction;
    cells[at + SignalField.stop] = signal.stop;
    cells[at + SignalField.target] = signal.target;
    cells[at + SignalField.timeStopBars] = signal.timeStopBars;
    cells[at + SignalField.reason] = signal.reason;
    cells[at + SignalField.number0] = numbers[0] ?? Number.NaN;
    cells[at + SignalField.number1] = numbers[1] ?? Number.NaN;
    cells[at + SignalField.number2] = numbers[2] ?? Number.NaN;
    cells[at + SignalField.number3] = numbers[3] ?? Number.NaN;
    return row;
  }

  /** Cells of one row, for comparison. */
  row(row: number): Float64Array {
    return this.#table.filled().subarray(row * WIDTH, (row + 1) * WIDTH);
  }

  cells(): Float64Array {
    return this.#table.filled();
  }
}

/** The engine's own sentences: reason -1 is the first. */
const engineReasons = ["held {0} bars, the time stop", "stop moved to {0}"] as const;
export const TIME_STOP = -1;
export const STOP_MOVED = -2;

/** The sentence of a signal with its numbers filled in. */
export function sentence(
  signals: SignalTable,
  row: number,
  reasons: readonly (readonly [name: string, sentence: string])[],
): string {
  const reason = signals.get(row, SignalField.reason);
  const text = reason < 0 ? engineReasons[-1 - reason] : reasons[reason]?.[1];
  if (text === undefined) return "";
  let said = "";
  let from = 0;
  for (let at = nextPlace(text, 0); at >= 0; at = nextPlace(text, from)) {
    const value = numberAt(signals, row, text, at);
    said +=
      text.slice(from, at) + plain(value, hasTwin(signals, row, text, value) ? MOST_DECIMALS : undefined);
    from = at + PLACE_LENGTH;
  }
  return said + text.slice(from);
}

/** Length of `{0}`. */
const PLACE_LENGTH = 3;

/** Index of the next of `{0}` to `{3}`; -1 for none. */
function nextPlace(text: string, from: number): number {
  for (let at = text.indexOf("{", from); at >= 0; at = text.indexOf("{", at + 1)) {
    const digit = text.charCodeAt(at + 1) - ZERO;
    if (digit >= 0 && digit <= 3 && text[at + 2] === "}") return at;
  }
  return -1;
}
const ZERO = 48;

const numberAt = (signals: SignalTable, row: number, text: string, at: number): number =>
  signals.get(row, (SignalField.number0 + text.charCodeAt(at + 1) - ZERO) as SignalField);

/** True when another number of the sentence reads like this one and is not. */
function hasTwin(signals: SignalTable, row: number, text: string, value: number): boolean {
  for (let at = nextPlace(text, 0); at >= 0; at = nextPlace(text, at + PLACE_LENGTH)) {
    const other = numberAt(signals, row, text, at);
    if (other !== value && plain(other) === plain(value)) return true;
  }
  return false;
}

/** Of two numbers that would read alike though one is above the other: a reason has to show which. */
const MOST_DECIMALS = 4;

function plain(value: number, decimals = Math.abs(value) < 10 ? MOST_DECIMALS : 2): string {
  if (Number.isNaN(value)) return "no data";
  return Number.isInteger(value) ? String(value) : value.toFixed(decimals);
}
