/**
 * Shows the circuit breakers what happens to the account: each valuation, each round trip, each new session; and
 * keeps what they ask for until the execute stage does it (RISK-2). All of their state is saved and loaded here.
 */
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import { Baselines } from "../portfolio/baselines.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import type { BoundBreaker, Breaker, BreakerView, RefusedEntry } from "../risk/breaker.ts";
import { CalmRange } from "../risk/calm-range.ts";
import type { ValueWindow } from "../risk/value-window.ts";
import type { SessionClock } from "./session-clock.ts";
import { StrategyLedger } from "./strategy-ledger.ts";
import type { LoggedFill, LotWatcher } from "./trade-log.ts";

/** Plain JSON: everything that must survive a restart for each breaker to act at the same event (BR-4). */
export interface WatchState {
  readonly claims: unknown;
  readonly baselines: unknown;
  readonly ledger: unknown;
  readonly breakers: Readonly<Record<string, unknown>>;
}

export interface WatchParts {
  readonly breakers: readonly BoundBreaker[];
  /** Dollars allocated to each strategy. */
  readonly capital: readonly number[];
  readonly instruments: number;
  readonly authorities: Authorities;
  readonly portfolio: Portfolio;
  readonly baselines: Baselines;
  readonly clock: SessionClock;
}

export class BreakerWatch implements BreakerView, LotWatcher {
  readonly #parts: WatchParts;
  readonly #breakers: readonly Breaker[];
  /** Those that look at valuations; the others hear of round trips only. */
  readonly #observing: readonly Breaker[];
  readonly #portfolio: Portfolio;
  readonly #baselines: Baselines;
  readonly #authorities: Authorities;
  readonly #clock: SessionClock;
  readonly #strategies: number;
  /** Where nobody would act, as of the last valuation that was shown; and what must hear of values all the same. */
  readonly #calm: CalmRange;
  #histories: readonly ValueWindow[] = [];
  /** The claims that the range was worked out with. */
  #claims = -1;
  /** The lots by which no strategy can fall to its floor, whatever happens to the marks. */
  #provenAt = -1;
  #halving = false;

  readonly ledger: StrategyLedger;
  /** As of the last valuation or round trip. */
  now = 0 as EpochMicros;
  session = Number.NaN;

  constructor(parts: WatchParts) {
    const { breakers, capital, instruments, authorities } = parts;
    this.#parts = parts;
    this.#portfolio = parts.portfolio;
    this.#baselines = parts.baselines;
    this.#authorities = authorities;
    this.#clock = parts.clock;
    this.#strategies = capital.length;
    this.#calm = new CalmRange(capital.length);
    this.ledger = new StrategyLedger(capital.length, instruments);
    this.#breakers = breakers.map((breaker) =>
      breaker.start({
        strategies: capital.length,
        authorities,
        halvePositions: () => {
          this.#halving = true;
        },
      }),
    );
    this.#observing = this.#breakers.filter((breaker) => breaker.observes);
    this.#startAfresh();
  }

  get strategies(): number {
    return this.#strategies;
  }

  get equity(): number {
    return this.#portfolio.equity;
  }

  get unitValue(): number {
    return Number.isFinite(this.#portfolio.equity) ? this.#baselines.unitValue : Number.NaN;
  }

  get drawdownFromDayHigh(): number {
    return this.#baselines.drawdownFromDayHigh(this.#portfolio.equity);
  }

  get lossFromDayBase(): number {
    return this.#baselines.lossFromDayBase(this.#portfolio.equity);
  }

  get drawdownFromHigh(): number {
    return this.#baselines.drawdownFromHigh(this.#portfolio.equity);
  }

  get baseIsFixed(): boolean {
    return this.#baselines.baseIsFixed;
  }

  strategyPnl(strategy: number): number {
    return this.ledger.pnl(strategy, this.#portfolio);
  }

  strategyCapital(strategy: number): number {
    return this.#parts.capital[strategy] ?? Number.NaN;
  }

  /**
   * The account was valued at `at`, dollars per unit or NaN. Costs a few comparisons while all is calm: then no
   * breaker is asked, and it returns true.
   */
  valued(at: EpochMicros, unitValue: number): boolean {
    const breakers = this.#observing;
    if (breakers.length === 0) return true;
    if (this.#isCalm(at, unitValue)) {
      const histories = this.#histories;
      for (let n = 0; n < histories.length; n++) histories[n]!.push(this.now, unitValue);
      return true;
    }
    this.#look(at);
    for (let n = 0; n < breakers.length; n++) (breakers[n] as Breaker).observe(this);
    this.#calm.open();
    for (let n = 0; n < breakers.length; n++) (breakers[n] as Breaker).calm(this, this.#calm);
    this.#calm.endAt(this.#clock.close + 1);
    this.#claims = this.#authorities.version;
    this.#provenAt = -1;
    return false;
  }

  lotFilled({ strategy, instrument, signedShares, price, costs }: LoggedFill): void {
    this.ledger.fill(strategy, instrument, signedShares, price, costs);
  }

  roundTripClosed(strategy: number, at: EpochMicros, pnl: number): void {
    this.#look(at);
    const trade = { strategy, closedAt: at, pnl };
    for (let n = 0; n < this.#breakers.length; n++) (this.#breakers[n] as Breaker).tradeClosed(trade, this);
  }

  /** An entry was refused in full, or barred. */
  entryRefused(entry: RefusedEntry, at: EpochMicros): void {
    this.#look(at);
    for (let n = 0; n < this.#breakers.length; n++) (this.#breakers[n] as Breaker).entryRefused(entry, this);
  }

  /** Other limits for one breaker: what was calm under the old ones need not be under the new. */
  reconfigure(id: string, changes: Readonly<Record<string, unknown>>): void {
    for (const breaker of this.#breakers) if (breaker.id === id) breaker.reconfigure(changes);
    this.#startAfresh();
  }

  /**
   * Why an operator's word would not hold (C-02): the reasons of all that would be latched again at the next valuation.
   * Empty once the session that they speak of is over.
   */
  standing(at: EpochMicros): readonly string[] {
    if (at >= this.#clock.close) return [];
    const { breakers, capital } = this.#parts;
    const authorities = new Authorities();
    const parts = { strategies: capital.length, authorities, halvePositions: () => undefined };
    for (const [n, bound] of breakers.entries()) {
      const breaker = bound.start(parts);
      breaker.load(this.#breakers[n]?.save());
      breaker.observe(this);
    }
    return authorities.permission.claims
      .filter(({ liftedBy }) => liftedBy === "operator")
      .map(({ reason }) => reason);
  }

  /** True once after a breaker asked for all positions to be halved. */
  takeHalving(): boolean {
    const asked = this.#halving;
    this.#halving = false;
    return asked;
  }

  save(): WatchState {
    return {
      claims: this.#parts.authorities.save(),
      baselines: this.#parts.baselines.save(),
      ledger: this.ledger.save(),
      breakers: Object.fromEntries(this.#breakers.map((breaker) => [breaker.id, breaker.save()])),
    };
  }

  /** Throws what `load` would, and takes nothing over: books that nobody uses are filled with it. */
  check({ claims, baselines, ledger, breakers }: WatchState): void {
    if (typeof breakers !== "object" || breakers === null)
      throw new InputError("BR-4: saved risk state: breakers is missing", 3);
    const strategies = this.#strategies;
    const authorities = new Authorities();
    new Baselines(1).load(baselines);
    new StrategyLedger(strategies, this.#parts.instruments).load(ledger);
    for (const breaker of this.#parts.breakers) {
      if (!(breaker.id in breakers)) continue;
      breaker.start({ strategies, authorities, halvePositions: () => undefined }).load(breakers[breaker.id]);
    }
    authorities.load(claims);
  }

  /**
   * Takes over what passed `check`. A breaker that is new since the state was saved starts afresh; one that is gone is
   * left out. Claims that are held stay (AU-3).
   */
  load({ claims, baselines, ledger, breakers }: WatchState): void {
    this.#parts.baselines.load(baselines);
    this.ledger.load(ledger);
    for (const breaker of this.#breakers) {
      if (breaker.id in breakers) breaker.load(breakers[breaker.id]);
    }
    this.#parts.authorities.load(claims);
    this.#startAfresh();
  }

  /** Nothing is known of the breakers: the next valuation is shown to all of them. */
  #startAfresh(): void {
    this.#calm.close();
    this.#histories = this.#observing.flatMap(({ history }) => history ?? []);
  }

  /** True when no breaker would act on the account as it was just valued: only then may it go unseen. */
  #isCalm(at: EpochMicros, unitValue: number): boolean {
    const calm = this.#calm;
    // Fills may be told late: time does not go back.
    if (at > this.now) this.now = at;
    return (
      unitValue > calm.above &&
      unitValue < calm.below &&
      this.now < calm.until &&
      this.#authorities.version === this.#claims &&
      (!calm.hasFloors || this.#provenAt === this.ledger.version || this.#strategiesAreCalm())
    );
  }

  /** Each strategy is above its floor. Where that needs no marks it stays so until a lot changes. */
  #strategiesAreCalm(): boolean {
    const { floors } = this.#calm;
    let needsMarks = false;
    for (let s = 0; s < this.#strategies; s++) {
      if (this.ledger.staysAbove(s, floors[s]!)) continue;
      needsMarks = true;
      if (!(this.ledger.pnl(s, this.#portfolio) > floors[s]!)) return false;
    }
    if (!needsMarks) this.#provenAt = this.ledger.version;
    return true;
  }

  #look(at: EpochMicros): void {
    if (at > this.now) this.now = at;
    // A session that nobody was shown a valuation of yet is calm for nobody.
    if (this.#clock.date !== this.session) this.#calm.close();
    this.session = this.#clock.date;
  }
}
