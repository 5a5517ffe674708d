/** Every declared feature at work once, whoever asked for it (FEAT-2). */
import type { BarBatch } from "../domain/bars.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type {
  Feature,
  FeatureRef,
  FeatureSnapshot,
  FeatureState,
  FeatureWorld,
} from "../features/feature.ts";

export class FeatureBank {
  readonly #world: FeatureWorld;
  readonly #states = new Map<string, FeatureState>();
  readonly #features: Feature[] = [];
  #running: readonly FeatureState[] = [];

  constructor(world: FeatureWorld) {
    this.#world = world;
  }

  /** The column of one output, by instrument; NaN while warming. Starts the feature when new. */
  column({ feature, output }: FeatureRef): Float64Array {
    let state = this.#states.get(feature.key);
    if (state === undefined) {
      state = feature.start(this.#world);
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

  quote(quote: Quote): void {
    for (const state of this.#running) state.quote?.(quote);
  }

  trade(trade: TradePrint): void {
    for (const state of this.#running) state.trade?.(trade);
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
