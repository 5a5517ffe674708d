/**
 * How often time passes for execute (LEDGER-2): each time is an input that its journal keeps and a restart reads again.
 * Around a session the clock is heard at every beat; while the market sleeps now and then, and when something is due.
 */
import type { Clock } from "../../adapters/net/ports.ts";
import type { SessionTable } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { Due, Instants } from "../../execution/lifecycle/words.ts";
import type { ExchangeClock } from "../../market/exchange-clock.ts";

/** A beat, of the exchange's clock; on the wall never more often than the second one. */
export const TIME_EVERY_MS = 1000;
const LEAST_MS = 100;
export const timeBeatMs = (speed: number): number => Math.max(LEAST_MS, TIME_EVERY_MS / speed);

/** Milliseconds of the machine until the first of both clocks' instants comes; Infinity where none does. */
export function dueAfterMs(
  { at, mono }: Due,
  exchange: Pick<ExchangeClock, "machineAt">,
  clock: Pick<Clock, "now">,
): number {
  const byExchange = Number.isFinite(at)
    ? exchange.machineAt(at as EpochMicros) - Date.now()
    : Number.POSITIVE_INFINITY;
  return Math.min(byExchange, mono - clock.now());
}

/** Before the open, for orders of the auction and the checks of the morning; and after the close. */
const AROUND_MICROS = 30 * MICROS_PER_MINUTE;
const ASLEEP_MICROS = 15 * MICROS_PER_SECOND;

export class TimeKeeper {
  readonly #sessions: SessionTable;
  /** The session that is not long over. */
  #row = 0;
  #passedAt = Number.NEGATIVE_INFINITY;

  constructor(sessions: SessionTable) {
    this.#sessions = sessions;
  }

  /** At a beat of the clock: true when it is to be an input. Instants only rise. */
  passes({ at, mono }: Instants, due: Due): boolean {
    const isDue = due.at <= at || due.mono <= mono;
    if (!isDue && !this.#isAwake(at) && at - this.#passedAt < ASLEEP_MICROS) return false;
    this.#passedAt = at;
    return true;
  }

  #isAwake(at: EpochMicros): boolean {
    const { open, close } = this.#sessions;
    while (this.#row < close.length && close[this.#row]! + AROUND_MICROS < at) this.#row += 1;
    // Behind the calendar's end nobody knows: then it never sleeps.
    return !(at < open[this.#row]! - AROUND_MICROS);
  }
}
