/**
 * The permission lattice: the one mechanism that stops or slows trading (AUTH-1).
 *
 * AU-1  Effective level = the strictest claim; effective scalar = the smallest claim, 1.0 with none,
 *       never above 1.2.
 * AU-2  A claim is raised and lifted by its own authority only; nobody can loosen another's.
 * AU-3  A latched claim is lifted by an operator, or not at all (I-18): it does not lapse, and raising it
 *       again can only tighten it.
 * AU-4  What cannot be read restricts: a scalar that is no positive number counts as 0, an expiry that is no
 *       number never comes.
 */
import type { EpochMicros } from "../domain/time.ts";

export const levels = ["NORMAL", "SCALED", "NO_NEW_ENTRIES", "REDUCE_ONLY", "FLATTEN", "HALTED"] as const;
export type Level = (typeof levels)[number];

/** Strongest first: the order of columns on the load line. */
export const authorities = [
  "kill_switch",
  "circuit_breakers",
  "orchestrator",
  "regime",
  "ensemble",
  "strategy",
] as const;
export type Authority = (typeof authorities)[number];

export interface Claim {
  readonly authority: Authority;
  /** Which rule or part of the authority holds it; one claim per authority and source. */
  readonly source: string;
  readonly level: Level;
  /** Multiplies sizes, in (0, 1.2]; 1 leaves them alone. */
  readonly scalar: number;
  /** What happened, with both numbers. */
  readonly reason: string;
  readonly since: EpochMicros;
  /** First instant at which it no longer holds. Undefined: until lifted; always so for a latched claim (AU-3). */
  readonly until: EpochMicros | undefined;
  /** "operator": latched. Otherwise its own authority may lift it, and it lapses at `until`. */
  readonly liftedBy: "itself" | "operator";
}

export interface Permission {
  readonly level: Level;
  readonly scalar: number;
  readonly claims: readonly Claim[];
}

const SCALAR_CEILING = 1.2;
const rank = (level: Level): number => levels.indexOf(level);
const ENTRIES_BARRED = rank("NO_NEW_ENTRIES");
const FLATTENS = rank("FLATTEN");

export class Authorities {
  #claims: readonly Claim[] = [];
  #permission: Permission = { level: "NORMAL", scalar: 1, claims: [] };
  /** Earliest expiry of a claim; Infinity when none expires. */
  #nextExpiry = Number.POSITIVE_INFINITY;
  #rank = rank("NORMAL");

  get permission(): Permission {
    return this.#permission;
  }

  allowsEntries(): boolean {
    return this.#rank < ENTRIES_BARRED;
  }

  /** True when everything is to be closed, or has been. */
  get flattens(): boolean {
    return this.#rank >= FLATTENS;
  }

  isAtLeast(level: Level): boolean {
    return this.#rank >= rank(level);
  }

  /** Adds the claim, or replaces the one of the same authority and source; a latched one is only tightened. */
  raise(claim: Claim): void {
    const held = this.#claims.find((other) => sameHolder(other, claim));
    const raised = held?.liftedBy === "operator" ? tightened(held, claim) : claim;
    this.#set([...this.#claims.filter((other) => other !== held), raised]);
  }

  /** Returns false when nothing was lifted: unknown, or latched and the caller is no operator (AU-3). */
  lift(authority: Authority, source: string, by: "itself" | "operator"): boolean {
    const held = this.#claims.find((claim) => claim.authority === authority && claim.source === source);
    if (held === undefined || (held.liftedBy === "operator" && by !== "operator")) return false;
    this.#set(this.#claims.filter((claim) => claim !== held));
    return true;
  }

  /** Drops claims whose time is over. Called once per batch: costs one comparison when none is due. */
  expire(now: EpochMicros): void {
    if (!(now >= this.#nextExpiry)) return;
    this.#set(this.#claims.filter((claim) => !(expiryOf(claim) <= now)));
  }

  save(): readonly Claim[] {
    return this.#claims;
  }

  load(claims: readonly Claim[]): void {
    this.#set(claims);
  }

  #set(claims: readonly Claim[]): void {
    this.#claims = claims
      .map(withoutEndIfLatched)
      .toSorted(
        (a, b) =>
          authorities.indexOf(a.authority) - authorities.indexOf(b.authority) ||
          (a.source < b.source ? -1 : a.source > b.source ? 1 : 0),
      );
    this.#permission = effective(this.#claims);
    this.#rank = rank(this.#permission.level);
    this.#nextExpiry = Math.min(...this.#claims.map(expiryOf));
  }
}

function sameHolder(a: Claim, b: Claim): boolean {
  return a.authority === b.authority && a.source === b.source;
}

/** When the claim lapses by itself, epoch micros; Infinity for never. */
function expiryOf({ until }: Claim): number {
  return until === undefined || Number.isNaN(until) ? Number.POSITIVE_INFINITY : until;
}

/** Time is no operator: what is latched has no end, so that nobody is told of one that will not come. */
function withoutEndIfLatched(claim: Claim): Claim {
  return claim.liftedBy === "operator" && claim.until !== undefined ? { ...claim, until: undefined } : claim;
}

/** A latched claim after its holder raised it again: the stricter level with its reason, the smaller scalar. */
function tightened(held: Claim, claim: Claim): Claim {
  const stricter = rank(claim.level) >= rank(held.level) ? claim : held;
  return { ...stricter, scalar: Math.min(held.scalar, claim.scalar), liftedBy: "operator" };
}

/** The meet of all claims (I-19). */
export function effective(claims: readonly Claim[]): Permission {
  const level = claims.reduce<Level>((top, { level: own }) => (rank(own) > rank(top) ? own : top), "NORMAL");
  const scalars = claims.map(({ scalar }) => scalar);
  const scalar = scalars.length === 0 ? 1 : Math.min(SCALAR_CEILING, ...scalars);
  return { level, scalar: scalar > 0 ? scalar : 0, claims };
}
