/**
 * Who threw in the decisions of a run, read from its record. The record alone knows: a decision of a strategy that
 * nobody here has read is stopped by the clock, and another machine, or this one in another hour, would not stop it.
 */
import type { EpochMicros } from "../domain/time.ts";
import type { Decision } from "./stage-messages.ts";
import type { RecordOfFaults, StrategyFault } from "./strategy-fault.ts";

const nobody: readonly StrategyFault[] = [];

export class RecordedFaults implements RecordOfFaults {
  readonly #faults = new Map<EpochMicros, readonly StrategyFault[]>();
  readonly #isPast: boolean;
  #last: EpochMicros | undefined;

  /**
   * `decisions` as compute's journal has them, in their order. `isPast`: the run is looked at and not gone on with, so
   * what it never came to is no new decision either.
   */
  constructor(decisions: Iterable<string>, isPast: boolean) {
    this.#isPast = isPast;
    let last: string | undefined;
    for (const text of decisions) {
      last = text;
      if (!text.includes('"faults":')) continue;
      const { at, faults } = JSON.parse(text) as Decision;
      if (faults !== undefined) this.#faults.set(at, faults);
    }
    if (last !== undefined) this.#last = (JSON.parse(last) as Decision).at;
  }

  faultsAt(at: EpochMicros): readonly StrategyFault[] | undefined {
    const isHeld = this.#isPast || (this.#last !== undefined && at <= this.#last);
    return isHeld ? (this.#faults.get(at) ?? nobody) : undefined;
  }
}
