/**
 * The order in which a start finds out where it stands, before anything may trade (RELIABILITY 3.4). Each step passes
 * or fails; one that fails means: do not start. What it finds in the account and nobody explains is a question to
 * people, answered before by a setting (RUN-7).
 */

import type { Instants } from "./instants.ts";
import type { Adjustment, Reconciliation } from "./reconciliation-facts.ts";

/**
 * journal: lease held, chain verified, replayed. look: account, orders, fills. import: orders told apart and taken
 * over. fills: what was missed is booked. compare: nothing differs. rearm: stops, timers, baselines, counters.
 * actions: corporate actions booked. clock: skew within bounds. calendar: known.
 */
export const startSteps = [
  "journal",
  "look",
  "import",
  "fills",
  "compare",
  "rearm",
  "actions",
  "clock",
  "calendar",
] as const;
export type StartStep = (typeof startSteps)[number];

/**
 * What becomes of positions that were there before us. adopt: booked as nobody's, counted, closed in a kill, never
 * traded. ignore: left out of the books for good. refuse: do not start.
 */
export const existingChoices = ["adopt", "ignore", "refuse"] as const;
export type ExistingChoice = (typeof existingChoices)[number];

export interface ExistingPosition {
  readonly symbol: string;
  /** Signed. */
  readonly shares: number;
}

export interface StartTerms {
  readonly existing: ExistingChoice;
  /** A start that takes longer has failed. */
  readonly deadlineMs: number;
}

export interface ExistingAnswer {
  readonly adjustments: readonly Adjustment[];
  readonly ignored: readonly ExistingPosition[];
  /** Why not to start; undefined when nothing stands against it. */
  readonly refusal: string | undefined;
}

/** What to do about adjustments that a comparison at the start asks for. */
export function answerExisting(choice: ExistingChoice, adjustments: readonly Adjustment[]): ExistingAnswer {
  if (adjustments.length === 0) return { adjustments, ignored: [], refusal: undefined };
  if (choice === "adopt") return { adjustments, ignored: [], refusal: undefined };
  if (choice === "ignore") {
    const ignored = adjustments.map(({ symbol, shares }) => ({ symbol, shares }));
    return { adjustments: [], ignored, refusal: undefined };
  }
  const names = adjustments.map(({ symbol, shares }) => `${shares} ${symbol}`).join(", ");
  const refusal = `the account holds what no order of ours explains: ${names}; close it, or choose adopt or ignore`;
  return { adjustments: [], ignored: [], refusal };
}

export class StartSequence {
  readonly #terms: StartTerms;
  readonly #startedMs: number;
  #done = 0;
  #failure: string | undefined;

  constructor(terms: StartTerms, now: Instants) {
    this.#terms = terms;
    this.#startedMs = now.ms;
  }

  /** The step that is to be done next, or how it ended. */
  get next(): StartStep | "ready" | "failed" {
    if (this.#failure !== undefined) return "failed";
    return startSteps[this.#done] ?? "ready";
  }

  /** Why not to start. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** A step is done. What was done before it is not done again; a step out of its order fails the start. */
  passed(step: StartStep, now: Instants): void {
    if (this.#failure !== undefined) return;
    if (step !== this.next) this.failed(step, `comes before ${this.next}`);
    else if (now.ms - this.#startedMs > this.#terms.deadlineMs)
      this.failed(step, `took longer than ${this.#terms.deadlineMs} ms in all`);
    else this.#done += 1;
  }

  failed(step: StartStep, reason: string): void {
    this.#failure ??= `${step}: ${reason}`;
  }

  /**
   * A comparison at the start: passes the step when it is clean, answers what was there before us, and goes on
   * comparing while something is being found out.
   */
  compared(found: Reconciliation, now: Instants): ExistingAnswer {
    const answer = answerExisting(this.#terms.existing, found.adjustments);
    if (answer.refusal !== undefined) this.failed("compare", answer.refusal);
    else if (found.claims.some(({ liftedBy }) => liftedBy === "operator"))
      this.failed("compare", found.claims.map(({ reason }) => reason).join("; "));
    else if (found.clean) this.passed("compare", now);
    else if (now.ms - this.#startedMs > this.#terms.deadlineMs)
      this.failed(
        "compare",
        found.alarms.map(({ text }) => text).join("; ") || "no clean comparison in time",
      );
    return answer;
  }
}
