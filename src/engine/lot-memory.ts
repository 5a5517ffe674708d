/**
 * What the compute stage remembers of each open lot: when it opened, where its stop rests, and how many bars it may
 * last. In force from the first fill on, not while the order is still on its way. Used by the compute stage alone.
 */
export class LotMemory {
  readonly #openedAtBar: Float64Array;
  readonly #protectedAt: Float64Array;
  readonly #timeStopBars: Float64Array;
  /** Lots with a time stop: none, no work. */
  timed = 0;

  constructor(slots: number) {
    this.#openedAtBar = new Float64Array(slots);
    this.#protectedAt = new Float64Array(slots).fill(Number.NaN);
    this.#timeStopBars = new Float64Array(slots);
  }

  /**
   * The first fill. `barsSeen` before the bar of the fill is counted, so that it is number 0 of the holding; `stop` in
   * dollars per share, NaN for none; `timeStopBars` 0 for none.
   */
  open(slot: number, barsSeen: number, stop: number, timeStopBars: number): void {
    this.#openedAtBar[slot] = barsSeen + 1;
    this.#protectedAt[slot] = stop;
    this.#setTimeStop(slot, timeStopBars);
  }

  forget(slot: number): void {
    this.#protectedAt[slot] = Number.NaN;
    this.#setTimeStop(slot, 0);
  }

  openedAtBar(slot: number): number {
    return this.#openedAtBar[slot]!;
  }

  timeStopBars(slot: number): number {
    return this.#timeStopBars[slot]!;
  }

  /** True where the stop is nearer to the price than what rests; then it is what rests. */
  tighten(slot: number, stop: number, isLong: boolean): boolean {
    const before = this.#protectedAt[slot]!;
    if (!(Number.isNaN(before) || (isLong ? stop > before : stop < before))) return false;
    this.#protectedAt[slot] = stop;
    return true;
  }

  /** A corporate action moves what rests. */
  restate(slot: number, after: (price: number) => number): void {
    this.#protectedAt[slot] = after(this.#protectedAt[slot]!);
  }

  #setTimeStop(slot: number, bars: number): void {
    if (this.#timeStopBars[slot]! === 0 && bars > 0) this.timed += 1;
    if (this.#timeStopBars[slot]! > 0 && bars === 0) this.timed -= 1;
    this.#timeStopBars[slot] = bars;
  }
}
