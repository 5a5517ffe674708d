/**
 * When entries were barred and when they were free again: every claim raised and ended, for the report (RISK-6).
 * The lattice tells of each change; nothing decides by what is written here. Bounded: what comes after the limit is
 * counted and not kept.
 */
import type { EpochMicros } from "../domain/time.ts";
import type { Claim } from "../risk/authority.ts";

/** How a claim came to its end: its time was over, its holder or an operator lifted it, or a stricter one came. */
export type ClaimEnd = "lapsed" | "itself" | "operator" | "replaced";

export interface LoggedClaim {
  readonly claim: Claim;
  /** Undefined while it stands. */
  readonly endedAt: EpochMicros | undefined;
  readonly endedBy: ClaimEnd | undefined;
}

const CLAIMS_KEPT = 2000;

export class ClaimLog {
  readonly #kept: LoggedClaim[] = [];
  readonly #most: number;
  #dropped = 0;
  #now = 0 as EpochMicros;

  constructor(most = CLAIMS_KEPT) {
    this.#most = most;
  }

  /** Time of the event at hand: when a claim is lifted nobody else tells. What is told late does not turn it back. */
  reached(at: EpochMicros): void {
    if (at > this.#now) this.#now = at;
  }

  /** In the order in which they were raised. */
  get claims(): readonly LoggedClaim[] {
    return this.#kept;
  }

  /** Claims that came when the log was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Compares what was claimed with what is claimed now. The same level claimed again is no new claim. */
  changed(before: readonly Claim[], after: readonly Claim[]): void {
    for (const claim of before) {
      const now = after.find((other) => sameHolder(other, claim));
      if (now === undefined) this.#end(claim, this.#howEnded(claim));
      else if (now.level !== claim.level) this.#end(claim, "replaced", now.since);
    }
    for (const claim of after) {
      const held = before.find((other) => sameHolder(other, claim));
      if (held?.level !== claim.level) this.#add(claim);
    }
  }

  #howEnded({ until, liftedBy }: Claim): ClaimEnd {
    if (until !== undefined && until <= this.#now) return "lapsed";
    return liftedBy;
  }

  #add(claim: Claim): void {
    if (this.#kept.length >= this.#most) this.#dropped += 1;
    else this.#kept.push({ claim, endedAt: undefined, endedBy: undefined });
  }

  #end(claim: Claim, endedBy: ClaimEnd, at: EpochMicros = this.#now): void {
    const index = this.#kept.findLastIndex(
      ({ claim: other, endedAt }) => endedAt === undefined && sameHolder(other, claim),
    );
    const entry = this.#kept[index];
    if (entry === undefined) return;
    const endedAt = endedBy === "lapsed" ? (claim.until ?? at) : at;
    this.#kept[index] = { ...entry, endedAt, endedBy };
  }
}

const sameHolder = (a: Claim, b: Claim): boolean =>
  a.authority === b.authority && a.source === b.source && a.scope === b.scope;
