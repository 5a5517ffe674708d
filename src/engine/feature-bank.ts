/** Every declared feature at work once, whoever asked for it (FEAT-2). */
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import {
  type Feature,
  type FeatureRef,
  type FeatureSnapshot,
  type FeatureState,
  type FeatureWorld,
  warmupOn,
} from "../features/feature.ts";
import type { PriceBasis } from "./price-basis.ts";

/** Where a snapshot keeps the basis; no feature has a key without parameters. */
const BASIS = "price-basis";

export class FeatureBank {
  readonly #world: FeatureWorld;
  readonly #states = new Map<string, FeatureState>();
  readonly #features: Feature[] = [];
  readonly #basis: PriceBasis | undefined;
  #running: readonly FeatureState[] = [];

  /** With a basis the features see prices that no corporate action breaks, and their readers today's (DATA-6). */
  constructor(world: FeatureWorld, basis?: PriceBasis) {
    this.#world = world;
    this.#basis = basis;
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
    return this.#basis?.shown(column, feature.units[output] ?? "ratio") ?? column;
  }

  get features(): readonly Feature[] {
    return this.#features;
  }

  /** Bars of this length until the slowest feature is warm. */
  warmup(timeframe: Timeframe): number {
    return Math.max(0, ...this.#features.map((feature) => warmupOn(feature, timeframe)));
  }

  update(batch: BarBatch): void {
    const running = this.#running;
    const seen = this.#basis?.bars(batch) ?? batch;
    for (let n = 0; n < running.length; n++) running[n]?.update(seen);
    this.#basis?.show(batch);
  }

  /** True when some feature watches quotes or trades between bars. */
  get readsTicks(): boolean {
    return this.#running.some((state) => state.quote !== undefined || state.trade !== undefined);
  }

  quote(quote: Quote): void {
    const seen = this.#basis?.quote(quote) ?? quote;
    for (const state of this.#running) state.quote?.(seen);
  }

  trade(trade: TradePrint): void {
    const seen = this.#basis?.trade(trade) ?? trade;
    for (const state of this.#running) state.trade?.(seen);
  }

  save(): Readonly<Record<string, FeatureSnapshot>> {
    const states = [...this.#states].map(([key, state]) => [key, state.save()] as const);
    return Object.fromEntries(
      this.#basis === undefined ? states : [...states, [BASIS, this.#basis.save()] as const],
    );
  }

  load(snapshots: Readonly<Record<string, FeatureSnapshot>>): void {
    for (const [key, state] of this.#states) {
      const snapshot = snapshots[key];
      if (snapshot === undefined) throw new RangeError(`no snapshot for feature ${key}`);
      state.load(snapshot);
    }
    if (this.#basis === undefined) return;
    const basis = snapshots[BASIS];
    if (basis === undefined) throw new RangeError("no snapshot for the basis of prices");
    this.#basis.load(basis);
  }
}
