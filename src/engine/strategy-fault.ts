/**
 * What becomes of a strategy that throws (RELIABILITY 51). In a live run it is isolated: compute asks it no more and
 * tells execute, where a claim holds back its entries and somebody is paged; its stops, targets and time stops go on,
 * for they are the engine's. In a backtest nothing is hidden: the throw is an error that names the strategy.
 *
 * SF-1  Whom an operator has not enabled again is not asked; all others decide as if it were not there.
 * SF-2  Only a strategy's own throw is isolated. An InvariantError is the engine's, and ends the process.
 * SF-3  A decision that was thrown in leaves no trace in memory, and whom an operator enables begins anew beside it:
 *       how far it came before it was stopped is the machine's affair.
 * SF-4  Where a record holds the decision, who threw is who threw then: a clock stopped it, and would stop another one.
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
  readonly isGuarded: boolean;
  decide(batch: BarBatch, isRepeated: boolean): void;
  keep(): void;
  giveBack(): void;
  renew(): void;
  save(): Readonly<Record<string, readonly number[]>>;
}

/** What was decided before, where it is decided again: by a start after a death, by a replay. */
export interface RecordOfFaults {
  /** Who threw on the bars of that instant; undefined: no record holds them, and the decision is a new one. */
  faultsAt(at: EpochMicros): readonly StrategyFault[] | undefined;
}

export class StrategyTurns {
  readonly #speakers: readonly Speaker[];
  readonly #isolates: boolean;
  readonly #isSilent: Uint8Array;
  #record: RecordOfFaults | undefined;
  /** Who threw on these bars, as a record has it. */
  #recorded: readonly StrategyFault[] | undefined;
  /** Of the last step, with what was thrown: for the log, which alone may hold a stack. */
  readonly faults: (StrategyFault & { readonly thrown?: unknown })[] = [];

  constructor(speakers: readonly Speaker[], isolates: boolean) {
    this.#speakers = speakers;
    this.#isolates = isolates;
    this.#isSilent = new Uint8Array(speakers.length);
  }

  /** Those that are not asked. */
  get silent(): readonly number[] {
    return Array.from(this.#isSilent.keys()).filter((s) => this.#isSilent[s] === 1);
  }

  /** What they remember, for a checkpoint. */
  get memory(): readonly Readonly<Record<string, readonly number[]>>[] {
    return this.#speakers.map((speaker) => speaker.save());
  }

  /** Decisions are taken again, as far as the record goes. */
  follow(record: RecordOfFaults): void {
    this.#record = record;
  }

  startStep(at: EpochMicros): void {
    if (this.faults.length > 0) empty(this.faults);
    this.#recorded = this.#record?.faultsAt(at);
  }

  /** Throws what the engine threw, and InputError (exit 1) for what the strategy threw where nobody isolates it. */
  take(strategy: number, batch: BarBatch): void {
    if (this.#isSilent[strategy]! === 1) return;
    const speaker = this.#speakers[strategy] as Speaker;
    const recorded = this.#recorded?.find((fault) => fault.strategy === strategy);
    // It has said nothing, and the decision may be one that never returns.
    if (recorded !== undefined && speaker.isGuarded) {
      this.#silence(recorded);
      return;
    }
    if (this.#isolates) speaker.keep();
    try {
      speaker.decide(batch, this.#recorded !== undefined);
    } catch (thrown) {
      if (thrown instanceof InvariantError) throw thrown;
      const reason = reasonOf(thrown);
      if (!this.#isolates) throw failure(speaker.id, batch.at, reason, thrown);
      speaker.giveBack();
      this.#silence(recorded ?? { strategy, reason, thrown });
      return;
    }
    if (recorded === undefined) return;
    speaker.giveBack();
    this.#silence(recorded);
  }

  #silence(fault: StrategyFault & { readonly thrown?: unknown }): void {
    this.#isSilent[fault.strategy] = 1;
    this.faults.push(fault);
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
    if (this.#isSilent[strategy]! === 0) return;
    (this.#speakers[strategy] as Speaker).renew();
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
