/**
 * Decides when a minute is over: `BarsClosed(minute)` is due once every subscribed symbol has reported, or at
 * the minute's end plus a grace (2 s for sip, 5 s for iex), whichever comes first (ARCHITECTURE 1).
 *
 * Which bars a decision saw depends on arrival times alone, never on how often the caller looks: a bar that
 * comes at or after the deadline is late although nobody has asked yet. Late bars, and second versions of a bar
 * already counted, are stored by the caller and never decided on. All time comes in as arguments.
 */
import { invariant } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";

/** Minutes that may wait at once. A feed that catches up reports a few; more means nobody asks what is due. */
export const PENDING_MINUTES_MAX = 960;

/** `counted` is decided on; `late` only stored; `unsubscribed` belongs to no series of that minute. */
export type BarFate = "counted" | "late" | "unsubscribed";

export interface BarsClosed {
  /** End of the minute, epoch micros. */
  readonly minuteEnd: EpochMicros;
  /** When it came due: the arrival that completed it, or the deadline. */
  readonly dueAt: EpochMicros;
  /** Series whose bar is decided on, ascending, and subscribed series without one, ascending. */
  readonly present: readonly number[];
  readonly absent: readonly number[];
}

/** A minute under way. `reported` holds the subscribed series: true once its bar came. */
interface PendingMinute {
  readonly minuteEnd: EpochMicros;
  readonly reported: Map<number, boolean>;
  awaited: number;
  /** Arrival of the last awaited bar; undefined while any is awaited. */
  completeAt: EpochMicros | undefined;
}

export class MinuteBarrier {
  readonly #graceMicros: number;
  #subscribed: readonly number[] = [];
  /** Ascending by minute. */
  readonly #pending: PendingMinute[] = [];
  #emittedThrough = -Infinity;

  constructor({ graceMicros }: { readonly graceMicros: number }) {
    invariant(graceMicros >= 0, "MB-1", `grace must not be negative, was ${graceMicros}`);
    this.#graceMicros = graceMicros;
  }

  /** The series awaited from the next minute on. Minutes already under way keep theirs. */
  subscribe(series: readonly number[]): void {
    this.#subscribed = [...new Set(series)].toSorted((a, b) => a - b);
  }

  /** Announces a minute, so that it comes due even if nobody reports: silence is then seen as absence. */
  expect(minuteEnd: EpochMicros): void {
    if (minuteEnd > this.#emittedThrough) this.#minute(minuteEnd);
  }

  /** A bar of `series` for the minute that ended at `minuteEnd` arrived at `now`. */
  report(series: number, minuteEnd: EpochMicros, now: EpochMicros): BarFate {
    if (minuteEnd <= this.#emittedThrough) return "late";
    const minute = this.#minute(minuteEnd);
    const reported = minute.reported.get(series);
    if (reported === undefined) return "unsubscribed";
    if (reported || now >= this.#deadline(minute)) return "late";
    minute.reported.set(series, true);
    minute.awaited -= 1;
    if (minute.awaited === 0) minute.completeAt = now;
    return "counted";
  }

  /** The earliest minute that is due at `now`, removed; undefined when none is. Ask until it is undefined. */
  due(now: EpochMicros): BarsClosed | undefined {
    const first = this.#pending[0];
    if (first === undefined) return undefined;
    const dueAt = first.completeAt ?? this.#deadline(first);
    if (dueAt > now) return undefined;
    this.#pending.shift();
    this.#emittedThrough = first.minuteEnd;
    const series = [...first.reported.keys()];
    return {
      minuteEnd: first.minuteEnd,
      dueAt,
      present: series.filter((s) => first.reported.get(s) === true),
      absent: series.filter((s) => first.reported.get(s) === false),
    };
  }

  /** When to ask again at the latest; undefined while no minute is under way. */
  nextDeadline(): EpochMicros | undefined {
    const first = this.#pending[0];
    return first === undefined ? undefined : (first.completeAt ?? this.#deadline(first));
  }

  #deadline(minute: PendingMinute): EpochMicros {
    return (minute.minuteEnd + this.#graceMicros) as EpochMicros;
  }

  /** The minute's entry, made when it is new. */
  #minute(minuteEnd: EpochMicros): PendingMinute {
    const at = this.#pending.findLastIndex((minute) => minute.minuteEnd <= minuteEnd);
    const found = this.#pending[at];
    if (found?.minuteEnd === minuteEnd) return found;
    const pending = this.#pending.length;
    invariant(pending < PENDING_MINUTES_MAX, "MB-2", `${pending} minutes wait: nobody asks which are due`);
    const minute: PendingMinute = {
      minuteEnd,
      reported: new Map(this.#subscribed.map((series) => [series, false])),
      awaited: this.#subscribed.length,
      completeAt: undefined,
    };
    this.#pending.splice(at + 1, 0, minute);
    return minute;
  }
}
