/** What compute's decisions say that people must hear of, and what of it still holds: of execute's own record. */
import type { Alarm } from "../execution/reconciliation-facts.ts";
import { type Demotion, demotionText } from "./model-watch.ts";
import type { Decision } from "./stage-messages.ts";
import { faultText } from "./strategy-fault.ts";

export class ComputeAlarms {
  readonly #strategyIds: readonly string[];
  readonly #demotions: Demotion[] = [];

  constructor(strategyIds: readonly string[] = []) {
    this.#strategyIds = strategyIds;
  }

  /** Models that are out of use for the rest of the run. */
  get demotions(): readonly Demotion[] {
    return this.#demotions;
  }

  heard({ faults = [], demotions = [] }: Pick<Decision, "faults" | "demotions">): Alarm[] {
    const id = (strategy: number) => this.#strategyIds[strategy] ?? `${strategy}`;
    this.#demotions.push(...demotions);
    return [
      ...faults.map((fault): Alarm => ({ severity: "page", text: faultText(id(fault.strategy), fault) })),
      ...demotions.map(
        (demotion): Alarm => ({ severity: "flag", text: demotionText(id(demotion.strategy), demotion) }),
      ),
    ];
  }
}
