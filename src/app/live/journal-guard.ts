/** Bars entries while the journal cannot promise that they are written down (C-53, I-42). */
import type { JournalHealth } from "../../adapters/journal/journal-terms.ts";
import type { ClaimChanged } from "../../domain/events.ts";

const HOLDER = { authority: "circuit_breakers", source: "journal" } as const;

export class JournalGuard {
  #said: "well" | "slow" | "failed" = "well";

  /** The claim to be raised or lifted; undefined while nothing has changed. A journal that failed stays so. */
  look({ state, isSlow, oldestMs, failure }: JournalHealth): Omit<ClaimChanged, "kind" | "at"> | undefined {
    const says = state === "failed" ? "failed" : isSlow ? "slow" : "well";
    if (says === this.#said || this.#said === "failed") return undefined;
    this.#said = says;
    if (says === "well") return { lifted: { ...HOLDER, by: "itself" } };
    const reason =
      says === "failed"
        ? `the journal has failed: ${failure ?? "unknown"}`
        : `the journal has waited ${Math.round(oldestMs)} ms for the disk`;
    return { claim: { ...HOLDER, level: "NO_NEW_ENTRIES", scalar: 1, reason, liftedBy: "itself" } };
  }
}
