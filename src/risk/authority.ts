/**
 * The permission lattice: the one mechanism that stops or slows trading (AUTH-1).
 *
 * AU-1  Effective level = the strictest claim; effective scalar = the smallest claim, 1.0 with none,
 *       never above 1.2.
 * AU-2  A claim is raised and lifted by its own authority only; nobody can loosen another's.
 * AU-3  A latched claim is lifted by an operator, or not at all (I-18): it does not lapse, and raising it
 *       again, or loading a saved state, can only tighten it.
 * AU-4  What cannot be read restricts: a scalar that is no positive number counts as 0, an expiry that is no
 *       number never comes.
 * AU-5  A claim with a scope binds the entries of that strategy alone: it never moves the account's level or
 *       scalar. It bars or reduces; it neither scales nor flattens, which only the account can.
 * AU-6  A claim on a side binds new longs alone, of every strategy: it bars, scales or takes them back, and never moves
 *       the account's level or scalar. Shorts, purchases of a refuge and every exit go on as if it were not there.
 */
import { InputError, invariant } from "../domain/assert.ts";
import {
  type ClaimAuthority,
  type ClaimLevel,
  type ClaimSide,
  claimAuthorities,
  claimLevels,
} from "../domain/claim.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";

export const levels = claimLevels;
export type Level = ClaimLevel;

/** Strongest first: the order of columns on the load line. */
export const authorities = claimAuthorities;
export type Authority = ClaimAuthority;

export interface Claim {
  readonly authority: Authority;
  /** Which rule or part of the authority holds it; one claim per authority, source and scope. */
  readonly source: string;
  /** Index of the only strategy it binds; absent: the account (AU-5). */
  readonly scope?: number | undefined;
  /** The only side of entries that it binds; absent: both. Never with a scope (AU-6). */
  readonly side?: ClaimSide | undefined;
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
  /** Claims on single strategies; most of the time there are none. */
  #scoped: readonly Claim[] = [];
  /** What holds for new longs alone (AU-6), and what multiplies them by all that binds them. */
  #longRank = rank("NORMAL");
  #longScalar = 1;

  readonly #refuges: ReadonlySet<InstrumentId>;
  readonly #changed: ((before: readonly Claim[], after: readonly Claim[]) => void) | undefined;
  readonly #restated: ((claim: Claim, held: Claim | undefined) => Claim) | undefined;

  /** Counts the changes, so that who acts on them acts once. */
  version = 0;

  /**
   * `changed` is told of every change, as it happens; it decides nothing. `restated` says how a claim that somebody
   * raises takes force, given the one of its holder that stands. `refuges`: what claims on new longs leave alone.
   */
  constructor(
    changed?: (before: readonly Claim[], after: readonly Claim[]) => void,
    restated?: (claim: Claim, held: Claim | undefined) => Claim,
    refuges: readonly InstrumentId[] = [],
  ) {
    this.#refuges = new Set(refuges);
    this.#changed = changed;
    this.#restated = restated;
  }

  get permission(): Permission {
    return this.#permission;
  }

  /** Multiplies new longs: the account's scalar, or a smaller one that binds them alone. */
  get longScalar(): number {
    return this.#longScalar;
  }

  /** Longs that are still to be bought are taken back. */
  get reducesLongs(): boolean {
    return this.#longRank >= rank("REDUCE_ONLY");
  }

  /** True for what claims on new longs bind: any purchase but that of a refuge (AU-6). */
  bindsLong(instrument: InstrumentId, isPurchase: boolean): boolean {
    return isPurchase && !this.#refuges.has(instrument);
  }

  /** Of the account, or of one strategy in it; and of new longs alone, where they are asked for. */
  allowsEntries(strategy?: number, isLong = false): boolean {
    if (this.#rank >= ENTRIES_BARRED) return false;
    if (isLong && this.#longRank >= ENTRIES_BARRED) return false;
    return (
      this.#scoped.length === 0 || strategy === undefined || !this.isAtLeastFor(strategy, "NO_NEW_ENTRIES")
    );
  }

  /** The level that holds for a strategy: its own claims and the account's. */
  levelFor(strategy: number): Level {
    const { level: ofAccount } = this.#permission;
    return this.#scoped.reduce<Level>(
      (top, { scope, level }) => (scope === strategy && rank(level) > rank(top) ? level : top),
      ofAccount,
    );
  }

  /**
   * The strictest claim that binds a strategy, or its new longs, of the strongest authority that makes it; undefined
   * without any.
   */
  strictestFor(strategy: number, isLong = false): Claim | undefined {
    const binding = this.#claims.filter(
      ({ scope, side }) => (scope === undefined || scope === strategy) && (side === undefined || isLong),
    );
    const top = Math.max(...binding.map(({ level }) => rank(level)));
    return binding.find(({ level }) => rank(level) === top);
  }

  isAtLeastFor(strategy: number, level: Level): boolean {
    return rank(this.levelFor(strategy)) >= rank(level);
  }

  /** The claim of that holder, if it stands. */
  find(authority: Authority, source: string, scope?: number): Claim | undefined {
    return this.#claims.find((claim) => sameHolder(claim, { authority, source, scope }));
  }

  /** True when everything is to be closed, or has been. */
  get flattens(): boolean {
    return this.#rank >= FLATTENS;
  }

  isAtLeast(level: Level): boolean {
    return this.#rank >= rank(level);
  }

  /** Adds the claim, or replaces the one of the same authority and source; a latched one is only tightened. */
  raise(asked: Claim): void {
    const problem = partProblem(asked);
    invariant(problem === undefined, "AU-5", problem ?? "");
    const held = this.#claims.find((other) => sameHolder(other, asked));
    const claim = this.#restated?.(asked, held) ?? asked;
    const raised = held?.liftedBy === "operator" ? tightened(held, claim) : claim;
    this.#set([...this.#claims.filter((other) => other !== held), raised]);
  }

  /** Returns false when nothing was lifted: unknown, or latched and the caller is no operator (AU-3). */
  lift(authority: Authority, source: string, by: "itself" | "operator", scope?: number): boolean {
    const held = this.find(authority, source, scope);
    if (held === undefined || (held.liftedBy === "operator" && by !== "operator")) return false;
    this.#set(this.#claims.filter((claim) => claim !== held));
    return true;
  }

  /** When the first claim ends by itself, epoch micros; infinite when none does. */
  get nextExpiry(): number {
    return this.#nextExpiry;
  }

  /** Drops claims whose time is over. Called once per batch: costs one comparison when none is due. */
  expire(now: EpochMicros): void {
    if (!(now >= this.#nextExpiry)) return;
    this.#set(this.#claims.filter((claim) => !(expiryOf(claim) <= now)));
  }

  /** Plain values that survive JSON: what could not be read is written as what it counts as (AU-4). */
  save(): readonly Claim[] {
    return this.#claims.map((claim) => ({
      ...claim,
      scalar: claim.scalar > 0 ? claim.scalar : 0,
      until: claim.until === undefined || Number.isNaN(claim.until) ? undefined : claim.until,
    }));
  }

  /**
   * Adds what `save` gave, after JSON or not, to what is held: a restriction made before the state was read stands, and
   * of one holder's two claims the stricter one. Throws InputError on anything else and names the field (AU-3, AU-4).
   */
  load(claims: unknown): void {
    if (!Array.isArray(claims)) throw new InputError("AU-4: saved claims are no list", 3);
    const checked = (claims as unknown[]).map(checkedClaim);
    for (const [n, claim] of checked.entries()) {
      const twice = checked.findIndex((other) => sameHolder(other, claim)) !== n;
      if (twice) throw new InputError(`AU-4: saved claim ${n}: source = ${claim.source} stands twice`, 3);
    }
    const others = this.#claims.filter((held) => !checked.some((claim) => sameHolder(held, claim)));
    this.#set([...others, ...checked.map((claim) => this.#withHeld(claim))]);
  }

  #withHeld(claim: Claim): Claim {
    const held = this.#claims.find((other) => sameHolder(other, claim));
    return held === undefined ? claim : stricterOf(held, claim);
  }

  #set(claims: readonly Claim[]): void {
    const before = this.#claims;
    this.#claims = claims
      .map(withoutEndIfLatched)
      .toSorted(
        (a, b) =>
          authorities.indexOf(a.authority) - authorities.indexOf(b.authority) ||
          (a.source < b.source ? -1 : a.source > b.source ? 1 : 0) ||
          (a.scope ?? -1) - (b.scope ?? -1),
      );
    this.#scoped = this.#claims.filter(({ scope }) => scope !== undefined);
    this.version += 1;
    this.#permission = effective(this.#claims);
    this.#longRank = rank(meet(this.#claims.filter(({ side }) => side !== undefined)).level);
    this.#longScalar = meet(this.#claims.filter(({ scope }) => scope === undefined)).scalar;
    this.#rank = rank(this.#permission.level);
    this.#nextExpiry = Math.min(...this.#claims.map(expiryOf));
    this.#changed?.(before, this.#claims);
  }
}

type Holder = Pick<Claim, "authority" | "source" | "scope">;

function sameHolder(a: Holder, b: Holder): boolean {
  return a.authority === b.authority && a.source === b.source && a.scope === b.scope;
}

/** What a claim on a part of the account may not say; undefined when it is one that may stand (AU-5, AU-6). */
function partProblem({ source, scope, side, level, scalar }: Claim): string | undefined {
  if (side !== undefined) {
    if (scope !== undefined) return `claim ${source}: side = ${side} with a scope is not allowed`;
    return rank(level) >= FLATTENS ? `claim ${source}: level = ${level} is not for one side` : undefined;
  }
  if (scope === undefined) return undefined;
  if (!(Number.isSafeInteger(scope) && scope >= 0)) return `claim ${source}: scope = ${scope} is no strategy`;
  if (rank(level) >= FLATTENS) return `claim ${source}: level = ${level} is not for one strategy`;
  if (scalar !== 1) return `claim ${source}: scalar = ${scalar} with a scope must be 1`;
  return undefined;
}

/** A saved claim, field by field; unknown fields are dropped. */
function checkedClaim(value: unknown, n: number): Claim {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const refuse = (field: keyof Claim): never => {
    const shown = JSON.stringify(given[field]);
    throw new InputError(`AU-4: saved claim ${n}: ${field} = ${shown} is not valid`, 3);
  };
  const text = (field: "source" | "reason"): string =>
    typeof given[field] === "string" ? given[field] : refuse(field);
  const oneOf = <Word extends string>(field: keyof Claim, words: readonly Word[]): Word =>
    words.find((word) => word === given[field]) ?? refuse(field);
  const number = (field: "scalar" | "since" | "until" | "scope"): number =>
    typeof given[field] === "number" && Number.isFinite(given[field]) ? given[field] : refuse(field);
  const maybe = (field: "until" | "scope"): number | undefined =>
    given[field] === undefined || given[field] === null ? undefined : number(field);
  const scope = maybe("scope");
  const scalar = number("scalar");
  if (scalar < 0) refuse("scalar");
  const claim: Claim = {
    authority: oneOf("authority", authorities),
    source: text("source"),
    level: oneOf("level", levels),
    scalar,
    reason: text("reason"),
    since: number("since") as EpochMicros,
    until: maybe("until") as EpochMicros | undefined,
    liftedBy: oneOf("liftedBy", ["itself", "operator"] as const),
    ...(scope === undefined ? {} : { scope }),
    ...(given.side === undefined || given.side === null ? {} : { side: oneOf("side", ["long"] as const) }),
  };
  const problem = partProblem(claim);
  if (problem !== undefined) throw new InputError(`AU-5: saved ${problem}`, 3);
  return claim;
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

/** Of two claims of one holder: the stricter level with its reason, the smaller scalar, the later end. */
function stricterOf(held: Claim, claim: Claim): Claim {
  const stricter = rank(held.level) > rank(claim.level) ? held : claim;
  const end = Math.max(expiryOf(held), expiryOf(claim));
  const isLatched = held.liftedBy === "operator" || claim.liftedBy === "operator";
  return {
    ...stricter,
    scalar: Math.min(held.scalar, claim.scalar),
    until: end === Number.POSITIVE_INFINITY ? undefined : (end as EpochMicros),
    liftedBy: isLatched ? "operator" : "itself",
  };
}

/** The meet of all claims on the account (I-19); claims on a part of it are listed and do not count (AU-5, AU-6). */
export function effective(claims: readonly Claim[]): Permission {
  return { ...meet(claims.filter(isOfAccount)), claims };
}

const isOfAccount = ({ scope, side }: Claim): boolean => scope === undefined && side === undefined;

function meet(claims: readonly Claim[]): Permission {
  const level = claims.reduce<Level>((top, { level: own }) => (rank(own) > rank(top) ? own : top), "NORMAL");
  const scalars = claims.map(({ scalar }) => scalar);
  const scalar = scalars.length === 0 ? 1 : Math.min(SCALAR_CEILING, ...scalars);
  return { level, scalar: scalar > 0 ? scalar : 0, claims };
}
