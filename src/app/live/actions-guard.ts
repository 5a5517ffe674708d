/** Bars entries while nobody knows what changes a share today (C-49): a split that is not known looks like a fall. */
import type { ClaimChanged } from "../../domain/events.ts";

const HOLDER = { authority: "circuit_breakers", source: "corporate_actions" } as const;

export class ActionsGuard {
  #isHeld = false;

  /** The claim to be raised or lifted; undefined while nothing changed. `unknown`: why; empty while all are known. */
  look(unknown: string): Omit<ClaimChanged, "kind" | "at"> | undefined {
    const isUnknown = unknown !== "";
    if (isUnknown === this.#isHeld) return undefined;
    this.#isHeld = isUnknown;
    if (!isUnknown) return { lifted: { ...HOLDER, by: "itself" } };
    return { claim: { ...HOLDER, level: "NO_NEW_ENTRIES", scalar: 1, reason: unknown, liftedBy: "itself" } };
  }
}
