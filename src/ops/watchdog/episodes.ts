/**
 * When safety mode may end, and when it has begun too often (RELIABILITY 1.3, hysteresis): five clean seconds, doubled
 * for each episode that begins within ten minutes of the last one's end, up to five minutes; six episodes in an hour
 * bar entries for an hour. A person is called once an hour at most for all of this: for the sixth episode, or for one
 * that lasts two minutes in market hours.
 */
const EXIT_MS = 5000;
const EXIT_MAX_MS = 300_000;
const REENTRY_MS = 600_000;
const HOUR_MS = 3_600_000;
const EPISODES_PER_HOUR = 6;
const LONG_MS = 120_000;

export class Episodes {
  #since = Number.NaN;
  #endedAt = Number.NEGATIVE_INFINITY;
  #exitMs = EXIT_MS;
  #starts: number[] = [];
  #barredUntil = Number.NEGATIVE_INFINITY;
  #pagedAt = Number.NEGATIVE_INFINITY;
  /** Episodes since the beginning. */
  count = 0;

  get isOn(): boolean {
    return !Number.isNaN(this.#since);
  }

  get since(): number {
    return this.#since;
  }

  /** How long all channels must be well before the episode ends. */
  get exitMs(): number {
    return this.#exitMs;
  }

  /** Time left for which entries are barred after too many episodes; 0: none. */
  barredMs(mono: number): number {
    return Math.max(0, this.#barredUntil - mono);
  }

  begin(mono: number): void {
    if (this.isOn) return;
    const isReentry = mono - this.#endedAt <= REENTRY_MS;
    this.#exitMs = isReentry ? Math.min(2 * this.#exitMs, EXIT_MAX_MS) : EXIT_MS;
    this.#since = mono;
    this.count += 1;
    this.#starts = [...this.#starts.filter((start) => mono - start < HOUR_MS), mono];
    if (this.#starts.length >= EPISODES_PER_HOUR) this.#barredUntil = mono + HOUR_MS;
  }

  end(mono: number): void {
    this.#since = Number.NaN;
    this.#endedAt = mono;
  }

  /** The line for a person; undefined when none is due. */
  page(mono: number, isOpen: boolean): string | undefined {
    if (!isOpen || mono - this.#pagedAt < HOUR_MS) return undefined;
    const isFlapping = this.#barredUntil > mono;
    const isLong = mono - this.#since >= LONG_MS;
    if (!isFlapping && !isLong) return undefined;
    this.#pagedAt = mono;
    return isFlapping
      ? `safety mode began ${this.#starts.length} times within an hour: no entries for an hour`
      : "safety mode has lasted two minutes: no entries until the channels are well";
  }
}
