/** What compute said last about each instrument, and the sentence of each signal: for `why` and for the order list. */
import type { InstrumentId } from "../../domain/instrument.ts";
import type { Decision, SignalNote } from "../../engine/stage-messages.ts";

/** Sentences of old signals that no shown order refers to any more. */
const SENTENCES_KEPT = 5000;

export interface LastNote extends SignalNote {
  readonly at: number;
  readonly strategyId: string;
}

export class LastWords {
  readonly #strategies: readonly string[];
  readonly #sentences = new Map<number, string>();
  readonly #last = new Map<InstrumentId, LastNote>();
  /** Instant of the last decision, also of one that wanted nothing; null before the first. */
  decidedAt: number | null = null;

  constructor(strategies: readonly string[]) {
    this.#strategies = strategies;
  }

  decided({ at, signals }: Decision): void {
    this.decidedAt = at;
    for (const note of signals) {
      this.#sentences.set(note.signal, note.reason);
      const strategyId = this.#strategies[note.strategy] ?? "unknown";
      this.#last.set(note.instrument, { ...note, at, strategyId });
    }
    for (const signal of this.#sentences.keys()) {
      if (this.#sentences.size <= SENTENCES_KEPT) break;
      this.#sentences.delete(signal);
    }
  }

  reason(signal: number): string {
    return this.#sentences.get(signal) ?? "said long ago: see the journal";
  }

  /** The newest first; of one instrument alone, or of all. */
  last(instrument: InstrumentId | undefined): readonly LastNote[] {
    const notes = [...this.#last.values()].filter(
      (note) => instrument === undefined || note.instrument === instrument,
    );
    return notes.toSorted((a, b) => b.at - a.at);
  }
}
