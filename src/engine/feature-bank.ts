/** Every declared feature at work once, whoever asked for it (FEAT-2). */
import type { BarBatch } from "../domain/bars.ts";
import type { Feature, FeatureRef, FeatureSnapshot, FeatureState } from "../features/feature.ts";

export class FeatureBank {
  readonly #instruments: number;
  readonly #states = new Map<string, FeatureState>();
  readonly #features: Feature[] = [];
  #running: readonly FeatureState[] = [];

  constructor(instruments: number) {
    this.#instruments = instruments;
  }

  /** The column of one output, by instrument; NaN while warming. Starts the feature when new. */
  column({ feature, output }: FeatureRef): Float64Array {
    let state = this.#states.get(feature.key);
    if (state === undefined) {
      state = feature.start(this.#instruments);
      this.#states.set(feature.key, state);
      this.#features.push(feature);
      this.#running = [...this.#states.values()];
    }
    const column = state.outputs[output];
    if (column === undefined) throw new RangeError(`feature ${feature.key} has no output ${output}`);
    return column;
  }

  get features(): readonly Feature[] {
    return this.#features;
  }

  /** Bars until the slowest feature is warm. */
  get warmup(): number {
    return Math.max(0, ...this.#features.map((feature) => feature.warmup));
  }

  update(batch: BarBatch): void {
    const running = this.#running;
    for (let n = 0; n < running.length; n++) running[n]?.update(batch);
  }

  save(): Readonly<Record<string, FeatureSnapshot>> {
    return Object.fromEntries([...this.#states].map(([key, state]) => [key, state.save()]));
  }

  load(snapshots: Readonly<Record<string, FeatureSnapshot>>): void {
    for (const [key, state] of this.#states) {
      const snapshot = snapshots[key];
      if (snapshot === undefined) throw new RangeError(`no snapshot for feature ${key}`);
      state.load(snapshot);
    }
  }
}
