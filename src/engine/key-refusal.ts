/**
 * A broker that refuses our key, whatever we ask (RELIABILITY 22): somebody revoked it, or put another in its place.
 * Nobody enters any more until a person has looked; it is told once, and asked at a walking pace. What its stops
 * protect stays protected, and a guardian with a key of its own can still close.
 *
 * KR-1  From the first such answer on entries are barred; only an operator lifts that, the next bars them again.
 * KR-2  An engine that is refused does not claim to close anything: the guardian would wait for it.
 */
import type { BrokerNews } from "../domain/broker.ts";
import type { ClaimChanged } from "../domain/events.ts";

/** How often the broker's books are asked for then. */
export const REFUSED_LOOK_MS = 60_000;
const SOURCE = "broker_refuses_key";

export class KeyRefusal {
  #reason: string | undefined;

  /** What the broker said when it last refused us; undefined while it serves us. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** True for an answer that refuses the key. */
  heard(news: BrokerNews): boolean {
    if (!("request" in news)) return false;
    const isRefused = isKeyRefused(news);
    if (isRefused) this.#reason = news.reason;
    // No answer is no sign that it serves us again.
    else if (news.kind !== "unknown" && news.kind !== "notSent") this.#reason = undefined;
    return isRefused;
  }
}

export function isKeyRefused(news: BrokerNews): news is Extract<BrokerNews, { readonly kind: "refused" }> {
  return news.kind === "refused" && news.class === "unauthorized";
}

export const keyClaim = (reason: string): Pick<ClaimChanged, "claim"> => ({
  claim: {
    authority: "circuit_breakers",
    source: SOURCE,
    level: "NO_NEW_ENTRIES",
    scalar: 1,
    reason: `the broker refuses our key: ${reason}`,
    liftedBy: "operator",
  },
});

/** What people must hear. */
export const keyText = (reason: string): string =>
  `the broker refuses our key (${reason}): nothing is entered, and we can cancel and close nothing; stops at ` +
  "the broker stand, and the guardian closes if it has a key of its own; start again with a new key, then resume";

export const keyClaimHolder = ["circuit_breakers", SOURCE] as const;
