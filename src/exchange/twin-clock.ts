/**
 * The exchange's clock with a speed that can be changed while it runs: each change begins new terms at that moment.
 */
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { type ClockTerms, ExchangeClock } from "../market/exchange-clock.ts";

export interface TwinClockTerms {
  readonly startsAt: EpochMicros;
  readonly speed: number;
  readonly skipsClosedHours: boolean;
}

/** Milliseconds since 1970 that never fall, whatever is done to the machine's clock. */
const machineMs = (): number => performance.timeOrigin + performance.now();

export class TwinClock {
  readonly #sessions: SessionTable;
  readonly skipsClosedHours: boolean;
  #clock: ExchangeClock;
  #terms: ClockTerms;

  constructor({ startsAt, speed, skipsClosedHours }: TwinClockTerms, sessions: SessionTable) {
    this.#sessions = sessions;
    this.skipsClosedHours = skipsClosedHours;
    this.#terms = { machineMs: machineMs(), exchangeAt: startsAt, speed, skipsClosedHours };
    this.#clock = new ExchangeClock(this.#terms, sessions);
  }

  /** What others need to tell the same time. */
  get terms(): ClockTerms {
    return this.#terms;
  }

  get speed(): number {
    return this.#clock.speed;
  }

  now(): EpochMicros {
    return this.#clock.exchangeAt(machineMs());
  }

  /** Milliseconds of the machine until that instant; negative when it is over. */
  msUntil(at: EpochMicros): number {
    return this.#clock.machineAt(at) - machineMs();
  }

  /** `speed` above 0 and finite; from that many milliseconds on, until then at the machine's pace. */
  setSpeed(speed: number, afterMs = 0): void {
    const machine = machineMs();
    const exchangeAt = (this.#clock.exchangeAt(machine) + Math.round(afterMs * 1000)) as EpochMicros;
    const { skipsClosedHours } = this;
    this.#terms = { machineMs: machine + afterMs, exchangeAt, speed, skipsClosedHours };
    this.#clock = new ExchangeClock(this.#terms, this.#sessions);
  }
}
