/**
 * When instruments did not trade: halts and volatility pauses as a list, known to the venue and told to the engine
 * as events (C-44). A missing bar or one without volume is no halt; only the list is.
 */
import { z } from "zod";
import { type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import type { TradingStatusEvent } from "../domain/events.ts";
import { type InstrumentId, type InstrumentTable, SYMBOL_FORM } from "../domain/instrument.ts";
import {
  type EpochMicros,
  isoDate,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  parseIsoDate,
} from "../domain/time.ts";

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)Z$/;

/** `2013-08-22T16:14:03Z` to epoch micros; undefined for anything else. */
export function parseInstant(text: string): EpochMicros | undefined {
  const [, date = "", hours, minutes, seconds] = INSTANT.exec(text) ?? [];
  const day = parseIsoDate(date);
  if (day === undefined) return undefined;
  const ofDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (day * MICROS_PER_DAY + ofDay * MICROS_PER_SECOND) as EpochMicros;
}

const instant = z.string().refine((text) => parseInstant(text) !== undefined, {
  error: `must be an instant in UTC, as ${isoDate(15_939 as never)}T16:14:03Z`,
});

export const haltList = z.array(
  z
    .strictObject({
      symbol: z.string().regex(SYMBOL_FORM),
      from: instant,
      /** First instant at which trading is allowed again. */
      to: instant,
      reason: z.string().max(80).default("halt"),
    })
    .refine(({ from, to }) => from < to, { error: "from must be before to", path: ["from"] }),
);
export type HaltList = z.infer<typeof haltList>;

export interface HaltInterval {
  readonly instrument: InstrumentId;
  readonly from: EpochMicros;
  /** First instant at which trading is allowed again. */
  readonly to: EpochMicros;
  readonly reason: string;
}

/** The intervals of the symbols that a run trades; others concern nobody. */
export function haltIntervals(list: HaltList, instruments: InstrumentTable): HaltInterval[] {
  return list.flatMap(({ symbol, from, to, reason }) => {
    const instrument = instruments.find(symbol);
    if (instrument === undefined) return [];
    return [
      { instrument, from: parseInstant(from) as EpochMicros, to: parseInstant(to) as EpochMicros, reason },
    ];
  });
}

export class HaltSchedule {
  /** Disjoint and ascending per instrument. */
  readonly #byInstrument = new Map<InstrumentId, HaltInterval[]>();

  constructor(intervals: readonly HaltInterval[]) {
    for (const next of intervals.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
      const list = this.#byInstrument.get(next.instrument) ?? [];
      this.#byInstrument.set(next.instrument, list);
      const last = list.at(-1);
      // A pause that is extended is one pause.
      if (last === undefined || next.from > last.to) list.push(next);
      else if (next.to > last.to) list[list.length - 1] = { ...last, to: next.to };
    }
  }

  get isEmpty(): boolean {
    return this.#byInstrument.size === 0;
  }

  /** The halt in force at `at`; undefined while the instrument trades. */
  at(instrument: InstrumentId, at: number): HaltInterval | undefined {
    return this.#byInstrument.get(instrument)?.find(({ from, to }) => from <= at && at < to);
  }

  /**
   * Whether a bar that closed at `to` can fill nothing. What a shorter bar holds may all have happened before the
   * halt; a daily bar counts unless the halt covers its whole session.
   */
  blocks(instrument: InstrumentId, timeframe: Timeframe, sessionOpen: number, to: number): boolean {
    const halts = this.#byInstrument.get(instrument);
    if (halts === undefined) return false;
    if (timeframe === "1d") return halts.some((halt) => halt.from <= sessionOpen && halt.to >= to);
    const from = to - timeframeSeconds[timeframe] * MICROS_PER_SECOND;
    return halts.some((halt) => halt.from < to && halt.to > from);
  }

  /** Not halted, and since the last halt somebody has traded: the first print comes first. */
  isOpen(instrument: InstrumentId, at: number, tradedAt: number): boolean {
    const halts = this.#byInstrument.get(instrument);
    return (
      halts === undefined || !halts.some((halt) => halt.from <= at && (at < halt.to || tradedAt < halt.to))
    );
  }

  /** Everything the engine is told, in order of time. */
  events(): TradingStatusEvent[] {
    const all = [...this.#byInstrument.values()].flat();
    return all
      .flatMap(({ instrument, from, to, reason }): TradingStatusEvent[] => [
        { kind: "TradingHalted", at: from, instrument, reason },
        { kind: "TradingResumed", at: to, instrument },
      ])
      .toSorted((a, b) => a.at - b.at || a.instrument - b.instrument);
  }
}
