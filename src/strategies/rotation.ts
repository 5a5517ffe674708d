/**
 * What strategies that hold a list and renew it once a month have in common: the first bar of a month says what is
 * wanted, the bars after it bring the positions there. No strategy of its own.
 *
 * RO-1  A weight is decided once a month; a position is left and entered again only where the new weight differs from
 *       the one it was entered with by more than the band: whatever is closer is not worth two trades.
 * RO-2  What could not be entered within `entryBars` waits for the next month: a list is not chased.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { civilDate, dayOf } from "../domain/time.ts";
import { type MemoryColumn, type StrategyView, WHOLE } from "./strategy.ts";

export const rotationMemory = {
  /** Of the whole strategy: the month of the list, and bars since it was made. */
  month: 0,
  since: 0,
  /** Weight in the list of a month, that month, and the weight that the position was entered with. */
  wanted: 0,
  listed: 0,
  entered: 0,
} as const;
type RotationMemory = keyof typeof rotationMemory;

export const rotationReasons = {
  listed: "on this month's list with weight {0}, close {1}",
  dropped: "not on this month's list, close {0}",
  reweighed: "weight {0} on this month's list, {1} when it was entered",
} as const;

export interface Rotation {
  /** Relative change of a weight from which on it is traded. */
  readonly band: number;
  /** Bars from the list on in which entries are tried. */
  readonly entryBars: number;
  /** Catastrophe stop below the close at entry, a fraction of it. */
  readonly stop: number;
}

type View = StrategyView<string, RotationMemory, keyof typeof rotationReasons, string>;

/** True on the first bar of a month that is looked at; counts the bars since. Asked once per decision. */
export function startsMonth(at: StrategyView<never, never, never>["at"], memory: MonthMemory): boolean {
  const { year, month } = civilDate(dayOf(at));
  const now = 12 * year + month;
  const isNew = memory.month.at(WHOLE) !== now;
  memory.month.set(WHOLE, now);
  memory.since.set(WHOLE, isNew ? 0 : memory.since.at(WHOLE) + 1);
  return isNew;
}

type MonthMemory = Readonly<Record<"month" | "since", MemoryColumn>>;

/** Writes the list of this month: weights in (0, 1]. Who is not in it is wanted no more. */
export function list(view: View, weights: ReadonlyMap<InstrumentId, number>): void {
  for (const [i, weight] of weights) {
    view.memory.wanted.set(i, weight);
    view.memory.listed.set(i, view.memory.month.at(WHOLE));
  }
}

/** Weight in this month's list; 0 for not in it. */
function weightOf({ memory }: View, i: InstrumentId): number {
  return memory.listed.at(i) === memory.month.at(WHOLE) ? memory.wanted.at(i) : 0;
}

/** Brings what is shown now towards the list. */
export function pursue(view: View, { band, entryBars, stop }: Rotation): void {
  const { entered, since } = view.memory;
  const isOpen = since.at(WHOLE) < entryBars;
  for (let n = 0; n < view.size; n++) {
    const i = view.instrument(n);
    const weight = weightOf(view, i);
    if (view.position(i) !== 0) {
      const change = Math.abs(weight / entered.at(i) - 1);
      if (weight === 0) view.exit(i, "dropped", view.close(i));
      else if (change > band && isOpen) view.exit(i, "reweighed", weight, entered.at(i));
      continue;
    }
    if (weight === 0 || !isOpen) continue;
    entered.set(i, weight);
    const level = view.close(i) * (1 - stop);
    view.enter({ instrument: i, conviction: weight, stop: level }, "listed", weight, view.close(i));
  }
}
