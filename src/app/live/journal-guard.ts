/** Bars entries while the journal cannot promise that they are written down (C-53, I-42). */
import type { JournalHealth } from "../../adapters/journal/journal-terms.ts";
import type { ClaimChanged } from "../../domain/events.ts";

const HOLDER = { authority: "circuit_breakers", source: "journal" } as const;

export class JournalGuard {
  #said: "well" | "slow" | "full" | "failed" = "well";

  /** The claim to be raised or lifted; undefined while nothing has changed. A journal that failed stays so. */
  look(health: JournalHealth): Omit<ClaimChanged, "kind" | "at"> | undefined {
    const { state, isSlow, isFull } = health;
    const says = state === "failed" ? "failed" : isFull ? "full" : isSlow ? "slow" : "well";
    if (says === this.#said || this.#said === "failed") return undefined;
    this.#said = says;
    if (says === "well") return { lifted: { ...HOLDER, by: "itself" } };
    const reason = reasonOf(says, health);
    return { claim: { ...HOLDER, level: "NO_NEW_ENTRIES", scalar: 1, reason, liftedBy: "itself" } };
  }
}

function reasonOf(says: "slow" | "full" | "failed", { oldestMs, failure }: JournalHealth): string {
  if (says === "failed") return `the journal has failed: ${failure ?? "unknown"}`;
  if (says === "full") return "the disk is full: the journal lives on its ballast";
  return `the journal has waited ${Math.round(oldestMs)} ms for the disk`;
}
