/**
 * A claim of a task ends with its task (OPS-1): once the orchestrator has said nothing for two minutes, what its tasks
 * bar without having found anything wrong is lifted, with a warning. What they found wrong stands until the task passes
 * or an operator resumes. Execute goes by a clock of its own, so that an orchestrator that died counts as silence.
 */
import type { ClaimChanged } from "../../domain/events.ts";
import { lapsingLifts } from "./claim-acts.ts";

/** Of the wall, longer than the supervisor waits before it starts one again. */
const PATIENCE_MS = 120_000;

export interface LapsedClaim extends Required<Pick<ClaimChanged, "lifted">> {
  /** For the log. */
  readonly text: string;
}

export class OrchestratorWord {
  /** When it spoke last, or when this process began to look; monotonic milliseconds. */
  #heardMs: number | undefined;

  heard(mono: number): void {
    this.#heardMs = mono;
  }

  /** What lapses now, of the claims that stand. */
  look(
    mono: number,
    standing: readonly Pick<NonNullable<ClaimChanged["claim"]>, "authority" | "source" | "reason">[],
  ): readonly LapsedClaim[] {
    this.#heardMs ??= mono;
    const silentMs = mono - this.#heardMs;
    if (silentMs < PATIENCE_MS) return [];
    const seconds = Math.round(silentMs / 1000);
    return lapsingLifts(standing).map(({ lifted }) => {
      const reason = standing.find(({ source }) => source === lifted.source)?.reason ?? "";
      const why = `the orchestrator has said nothing for ${seconds} of ${PATIENCE_MS / 1000} s`;
      return {
        lifted,
        text: `entries are no longer barred by a task (${reason}): ${why}; see: plimsoll status`,
      };
    });
  }
}
