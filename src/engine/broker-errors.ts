/**
 * A broker that does not answer is a risk of its own (C-38): first nobody enters any more, and when it stays so while
 * something is held, everything is to be closed. Refusals are answers; what came to nobody knows what is not.
 *
 * BE-1  Five requests in a row without an answer, or more than half of at least ten within a minute, bar entries; a
 *       minute with answers again lifts that.
 * BE-2  Three minutes of it with positions are a kill, latched: the broker may come back while nobody looks.
 */
import type { BrokerNews } from "../domain/broker.ts";
import type { ClaimChanged } from "../domain/events.ts";
import type { Instants } from "../execution/lifecycle/words.ts";

const IN_A_ROW = 5;
const LEAST = 10;
const SHARE = 0.5;
const WINDOW_MS = 60_000;
const KILL_MS = 180_000;
const SOURCE = "broker_errors";

interface Answered {
  readonly ms: number;
  readonly isAnswer: boolean;
}

export class BrokerErrors {
  #recent: Answered[] = [];
  #row = 0;
  #sinceMs = Number.NaN;
  #isKilled = false;

  heard(news: BrokerNews, { mono }: Instants): void {
    if (!("request" in news)) return;
    const isAnswer = news.kind !== "unknown" && news.kind !== "notSent";
    this.#row = isAnswer ? 0 : this.#row + 1;
    this.#recent.push({ ms: mono, isAnswer });
  }

  /** The process began anew: its clock too. What was barred stays barred until the broker answers. */
  restarted({ mono }: Instants): void {
    this.#recent = [];
    this.#row = 0;
    if (!Number.isNaN(this.#sinceMs)) this.#sinceMs = mono;
  }

  /** What is to be claimed or lifted now; undefined while nothing has changed. */
  time({ mono }: Instants, isExposed: boolean): Omit<ClaimChanged, "kind" | "at"> | undefined {
    this.#recent = this.#recent.filter(({ ms }) => mono - ms < WINDOW_MS);
    const failed = this.#recent.filter(({ isAnswer }) => !isAnswer).length;
    const count = this.#recent.length;
    const isBad = this.#row >= IN_A_ROW || (count >= LEAST && failed > SHARE * count);
    if (Number.isNaN(this.#sinceMs)) {
      if (!isBad) return undefined;
      this.#sinceMs = mono;
      return { claim: claimOf("NO_NEW_ENTRIES", `${failed} of the last ${count} requests got no answer`) };
    }
    // Silence is no answer: only answers end it.
    if (!isBad && failed === 0 && count > 0) {
      this.#sinceMs = Number.NaN;
      this.#isKilled = false;
      return { lifted: { authority: "circuit_breakers", source: SOURCE, by: "itself" } };
    }
    if (this.#isKilled || !isExposed || mono - this.#sinceMs < KILL_MS) return undefined;
    this.#isKilled = true;
    const seconds = Math.round((mono - this.#sinceMs) / 1000);
    return {
      claim: {
        ...claimOf("FLATTEN", `the broker has not answered for ${seconds} s while something is held`),
        authority: "kill_switch",
        liftedBy: "operator",
      },
    };
  }
}

const claimOf = (level: "NO_NEW_ENTRIES" | "FLATTEN", reason: string) =>
  ({
    authority: "circuit_breakers",
    source: SOURCE,
    level,
    scalar: 1,
    reason,
    liftedBy: "itself",
  }) as const;
