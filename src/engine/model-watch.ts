/**
 * Watches the models that decide beside the rules, and lets those go that have drifted (LEARN-9): from then on, for
 * the rest of the run, the rules are alone, with less conviction until an operator has looked. A model that kept
 * entries out held risk back: rules alone at full size would be more risk because of a doubt.
 *
 * MD-1  A demotion is a function of what compute was told, in its order: live, after a restart, in a replay and in the
 *       parity check the same entry is the first without the model.
 * MD-2  What was demoted stays so until the run ends, and is asked on only to be on record.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { type DriftParams, DriftWatch } from "../models/drift/drift-watch.ts";
import type { Advice, BoundStrategy, Entry } from "../strategies/strategy.ts";

export interface Demotion {
  readonly strategy: number;
  /** The model's version. */
  readonly model: string;
  /** With its figures, one line. */
  readonly reason: string;
  /** What convictions are multiplied by from now on. */
  readonly scale: number;
}

/** Signals whose order may still fill: of older ones the probability is forgotten. */
const REMEMBERED = 4096;

export class ModelWatch {
  readonly #watches: readonly (Watched | undefined)[];
  readonly #scale: number;
  #demoted: Demotion[] = [];

  /** Undefined where no model decides that could be watched: then it costs one comparison. */
  static of(
    strategies: readonly { readonly strategy: BoundStrategy }[],
    instruments: number,
    params: DriftParams | undefined,
  ): ModelWatch | undefined {
    if (params === undefined) return undefined;
    const watches = strategies.map(({ strategy: { model } }) =>
      model?.reference === undefined
        ? undefined
        : new Watched(model.id, new DriftWatch(model.reference, params), instruments),
    );
    return watches.some((watch) => watch !== undefined) ? new ModelWatch(watches, params) : undefined;
  }

  private constructor(watches: readonly (Watched | undefined)[], { demotedScale }: DriftParams) {
    this.#watches = watches;
    this.#scale = demotedScale;
  }

  /**
   * The entry as it is to be made. `signal` is the row that it gets, `bar` the number of the instrument's bars so far:
   * a wish that is repeated bar after bar is one entry.
   */
  entry(strategy: number, entry: Entry, signal: number, bar: number): Entry {
    const watch = this.#watches[strategy];
    const { advice } = entry;
    if (watch === undefined || advice === undefined) return entry;
    if (!watch.isDemoted) this.#note(strategy, watch, watch.asked(entry.instrument, advice, bar));
    if (watch.isDemoted) return this.#byRules(advice, entry);
    watch.remember(signal, advice.probability);
    return entry;
  }

  /** A lot was opened by the order of that signal. */
  opened(strategy: number, instrument: InstrumentId, signal: number): void {
    this.#watches[strategy]?.opened(instrument, signal);
  }

  /** A round trip ended; its net return is a fraction of its stake. */
  closed(strategy: number, instrument: InstrumentId, netReturn: number): void {
    const watch = this.#watches[strategy];
    if (watch !== undefined && !watch.isDemoted)
      this.#note(strategy, watch, watch.closed(instrument, netReturn > 0));
  }

  /** Since it was last asked. */
  takeDemoted(): readonly Demotion[] {
    const taken = this.#demoted;
    if (taken.length > 0) this.#demoted = [];
    return taken;
  }

  /** All that it goes by, for comparison. */
  state(): readonly (readonly number[])[] {
    return this.#watches.map((watch) => watch?.state() ?? []);
  }

  #note(strategy: number, watch: Watched, reason: string | undefined): void {
    if (reason === undefined) return;
    watch.isDemoted = true;
    this.#demoted.push({ strategy, model: watch.model, reason, scale: this.#scale });
  }

  /** As if there were no model, but for the size; its word stays on record. */
  #byRules({ rules, model, probability, follows }: Advice, { barredBy }: Entry): Entry {
    const opinion = { model, probability, follows, isDemoted: true };
    const conviction = rules.conviction * this.#scale;
    const barred = barredBy === undefined ? {} : { barredBy };
    return { ...rules, ...barred, conviction, beside: [opinion, ...(rules.beside ?? [])] };
  }
}

/** One strategy's. */
class Watched {
  readonly model: string;
  readonly #drift: DriftWatch;
  /** What was said of the entries of the last signals. */
  readonly #said = new Map<number, number>();
  /** Of the lot that is open; NaN where none is, or nothing is known of it. */
  readonly #ofLot: Float64Array;
  /** The instrument's bar at which it was last asked for. */
  readonly #lastBar: Float64Array;
  isDemoted = false;

  constructor(model: string, drift: DriftWatch, instruments: number) {
    this.model = model;
    this.#drift = drift;
    this.#ofLot = new Float64Array(instruments).fill(Number.NaN);
    this.#lastBar = new Float64Array(instruments).fill(Number.NEGATIVE_INFINITY);
  }

  asked(instrument: InstrumentId, { inputs, probability }: Advice, bar: number): string | undefined {
    const isNew = bar - this.#lastBar[instrument]! > 1;
    this.#lastBar[instrument] = bar;
    return isNew ? this.#drift.asked(inputs, probability) : undefined;
  }

  remember(signal: number, probability: number): void {
    this.#said.set(signal, probability);
    if (this.#said.size <= REMEMBERED) return;
    const [oldest] = this.#said.keys();
    this.#said.delete(oldest!);
  }

  opened(instrument: InstrumentId, signal: number): void {
    this.#ofLot[instrument] = this.#said.get(signal) ?? Number.NaN;
  }

  closed(instrument: InstrumentId, paid: boolean): string | undefined {
    const probability = this.#ofLot[instrument]!;
    this.#ofLot[instrument] = Number.NaN;
    return this.#drift.closed(probability, paid);
  }

  state(): readonly number[] {
    return [this.isDemoted ? 1 : 0, ...this.#drift.state(), ...this.#ofLot, ...this.#lastBar];
  }
}

/** What people must hear. */
export const demotionText = (strategy: string, { model, reason, scale }: Demotion): string =>
  `model ${model} is out of use: ${reason}; ${strategy} goes on by its rules alone with ${scale} of its conviction ` +
  "until the run ends; look at it: plimsoll models compare";
