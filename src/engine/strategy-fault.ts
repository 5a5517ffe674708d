/**
 * What becomes of a strategy that throws (RELIABILITY 51). In a live run it is isolated: compute asks it no more and
 * tells execute, where a claim holds back its entries and somebody is paged; its stops, targets and time stops go on,
 * for they are the engine's. In a backtest nothing is hidden: the throw is an error that names the strategy.
 *
 * SF-1  Whom an operator has not enabled again is not asked; all others decide as if it were not there.
 * SF-2  Only a strategy's own throw is isolated. An InvariantError is the engine's, and ends the process.
 */
import { InputError, InvariantError } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { ClaimChanged } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { empty } from "../domain/small-list.ts";
import { type EpochMicros, isoInstant } from "../domain/time.ts";
import type { FeatureReader } from "../strategies/strategy.ts";

/** Source of the claim that holds back a strategy that threw. */
export const STRATEGY_THREW = "strategy_threw";

const REASON_MAX = 200;

/** As compute tells it. */
export interface StrategyFault {
  readonly strategy: number;
  /** Kind and message of what was thrown, one line. */
  readonly reason: string;
}

/** One that may be asked to decide. */
interface Speaker {
  readonly id: string;
  /** What it declared that it reads, by name. */
  readonly feature: Readonly<Record<string, FeatureReader>>;
  decide(batch: BarBatch): void;
}

export class StrategyTurns {
  readonly #speakers: readonly Speaker[];
  readonly #isolates: boolean;
  readonly #isSilent: Uint8Array;
  /** Of the last step, with what was thrown: for the log, which alone may hold a stack. */
  readonly faults: (StrategyFault & { readonly thrown: unknown })[] = [];

  constructor(speakers: readonly Speaker[], isolates: boolean) {
    this.#speakers = speakers;
    this.#isolates = isolates;
    this.#isSilent = new Uint8Array(speakers.length);
  }

  /** Those that are not asked. */
  get silent(): readonly number[] {
    return Array.from(this.#isSilent.keys()).filter((s) => this.#isSilent[s] === 1);
  }

  startStep(): void {
    if (this.faults.length > 0) empty(this.faults);
  }

  /** Throws what the engine threw, and InputError (exit 1) for what the strategy threw where nobody isolates it. */
  take(strategy: number, batch: BarBatch): void {
    if (this.#isSilent[strategy]! === 1) return;
    const speaker = this.#speakers[strategy] as Speaker;
    try {
      speaker.decide(batch);
    } catch (thrown) {
      if (thrown instanceof InvariantError) throw thrown;
      const reason = reasonOf(thrown);
      if (!this.#isolates) throw failure(speaker.id, batch.at, reason, thrown);
      this.#isSilent[strategy] = 1;
      this.faults.push({ strategy, reason, thrown });
    }
  }

  /** What the strategy saw of the instrument in the last step; null for what was not known. */
  features(strategy: number, instrument: InstrumentId): readonly (readonly [string, number | null])[] {
    const { feature } = this.#speakers[strategy] as Speaker;
    return Object.entries(feature).map(([name, reader]) => {
      const value = reader.at(instrument);
      return [name, Number.isFinite(value) ? value : null];
    });
  }

  /** An operator wants to hear it again. */
  enable(strategy: number): void {
    this.#isSilent[strategy] = 0;
  }
}

/** What holds it back at execute: as an operator's own `disable`, until an operator enables it. */
export function claimOnFault({ strategy, reason }: StrategyFault, at: EpochMicros): ClaimChanged {
  const held = { source: STRATEGY_THREW, scope: strategy, level: "REDUCE_ONLY", scalar: 1 } as const;
  return {
    kind: "ClaimChanged",
    at,
    claim: { authority: "strategy", ...held, reason: `it threw: ${reason}`, liftedBy: "operator" },
  };
}

/** What people must hear. */
export const faultText = (id: string, { reason }: StrategyFault): string =>
  `strategy ${id} threw and is disabled (${reason}); its stops and exits stay in force; mend it, then enable ${id}`;

function failure(id: string, at: EpochMicros, reason: string, thrown: unknown): InputError {
  const error = new InputError(
    `strategy ${id} threw on the bars of ${isoInstant(at)}: ${reason}; mend it, or run without it`,
    1,
  );
  error.cause = thrown;
  return error;
}

function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return text.replaceAll(/\s+/g, " ").trim().slice(0, REASON_MAX);
}
