/**
 * What a service manager is told of the system, and when (RELIABILITY 6.6): ready once the books were compared with the
 * broker's, alive only while what trades gets on, stopping when it ends. Pure: it is shown how things are and answers
 * with the lines to send, in the words of sd_notify(3).
 *
 * SD-1  Ready is said once, and not before execute has answered and reconciled in this start.
 * SD-2  A sign of life is given for progress alone: new inputs or timer turns of execute since the last one, a start of
 *       execute that the supervisor is at, or a closing that moves on. Never because an interval is over.
 * SD-3  Nothing is restarted in the middle of a flatten: while somebody closes everything and moves, it lives.
 */
export interface LifeSight {
  /** Monotonic milliseconds. */
  readonly nowMs: number;
  /** Execute answered at this look. */
  readonly answered: boolean;
  /** Inputs and timer turns of execute, of its last answer; starts again from nothing with a new execute. */
  readonly progress: number;
  /** Its books were compared with the broker's since the system was started. */
  readonly isReconciled: boolean;
  /** False while the supervisor starts it again: then the supervisor's own bounds hold. */
  readonly isExecuteUp: boolean;
  /** Beat of whoever closes everything (`FlattenLease.beatAtMs`); undefined: nobody does. */
  readonly closingBeat: number | undefined;
  /** The end has begun. */
  readonly isEnding: boolean;
  /** For people, one line: `systemctl status` shows it to everybody on the machine, so no figures of money. */
  readonly text: string;
}

const EXTEND_EVERY_MS = 10_000;
/** How much longer a start may take from such a word on. */
const EXTEND_USEC = 60_000_000;
/** Signs of life in one interval of the watchdog: one that is lost kills nobody. */
const SIGNS_PER_INTERVAL = 3;
const STATUS_EVERY_MS = 5000;

export class LifeSigns {
  readonly #signEveryMs: number;
  #isReady = false;
  #isStopping = false;
  #saidMs = Number.NEGATIVE_INFINITY;
  #statusMs = Number.NEGATIVE_INFINITY;
  #text = "";
  #progress = Number.NaN;
  #closingBeat: number | undefined;

  /** `watchdogMs`: the interval within which a sign of life is wanted; undefined: nobody waits for one. */
  constructor(watchdogMs: number | undefined) {
    this.#signEveryMs = (watchdogMs ?? Number.POSITIVE_INFINITY) / SIGNS_PER_INTERVAL;
  }

  /** The lines to send now; none at most looks. */
  look(sight: LifeSight): readonly string[] {
    if (this.#isStopping) return [];
    if (sight.isEnding) {
      this.#isStopping = true;
      return ["STOPPING=1", `STATUS=${sight.text}`];
    }
    return this.#isReady ? this.#alive(sight) : this.#starting(sight);
  }

  #starting(sight: LifeSight): readonly string[] {
    if (sight.answered && sight.isReconciled) {
      this.#isReady = true;
      return ["READY=1", ...this.#sign(sight), ...this.#status(sight)];
    }
    if (sight.nowMs - this.#saidMs < EXTEND_EVERY_MS || !this.#moves(sight)) return [];
    this.#said(sight);
    return [`EXTEND_TIMEOUT_USEC=${EXTEND_USEC}`, ...this.#status(sight)];
  }

  #alive(sight: LifeSight): readonly string[] {
    const isDue = sight.nowMs - this.#saidMs >= this.#signEveryMs;
    const isNews = sight.text !== this.#text && sight.nowMs - this.#statusMs >= STATUS_EVERY_MS;
    const sign = isDue && this.#moves(sight) ? this.#sign(sight) : [];
    return isNews ? [...sign, ...this.#status(sight)] : sign;
  }

  #moves({ answered, progress, isExecuteUp, closingBeat }: LifeSight): boolean {
    if (!isExecuteUp) return true;
    if (closingBeat !== undefined && closingBeat !== this.#closingBeat) return true;
    return answered && progress !== this.#progress;
  }

  #sign(sight: LifeSight): readonly string[] {
    this.#said(sight);
    return Number.isFinite(this.#signEveryMs) ? ["WATCHDOG=1"] : [];
  }

  #said({ nowMs, progress, closingBeat }: LifeSight): void {
    this.#saidMs = nowMs;
    this.#progress = progress;
    this.#closingBeat = closingBeat;
  }

  #status({ nowMs, text }: LifeSight): readonly string[] {
    this.#text = text;
    this.#statusMs = nowMs;
    return [`STATUS=${text}`];
  }
}
