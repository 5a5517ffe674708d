/**
 * Shows the circuit breakers what happens to the account: each valuation, each round trip, each new session; and
 * keeps what they ask for until the execute stage does it (RISK-2). All of their state is saved and loaded here.
 */
import { InvariantError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Baselines } from "../portfolio/baselines.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import type { Authorities } from "../risk/authority.ts";
import type { BoundBreaker, Breaker, BreakerView } from "../risk/breaker.ts";
import type { SessionClock } from "./session-clock.ts";
import { StrategyLedger } from "./strategy-ledger.ts";
import type { LoggedFill, LotWatcher } from "./trade-log.ts";

/** Plain JSON: everything that must survive a restart for each breaker to act at the same event (BR-4). */
export interface RiskState {
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
  #halving = false;

  readonly ledger: StrategyLedger;
  now = 0 as EpochMicros;

  constructor(parts: WatchParts) {
    const { breakers, capital, instruments, authorities } = parts;
    this.#parts = parts;
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
  }

  get session(): number {
    return this.#parts.clock.date;
  }

  get equity(): number {
    return this.#parts.portfolio.equity;
  }

  get unitValue(): number {
    return Number.isFinite(this.equity) ? this.#parts.baselines.unitValue : Number.NaN;
  }

  get drawdownFromDayHigh(): number {
    return this.#parts.baselines.drawdownFromDayHigh(this.equity);
  }

  get lossFromDayBase(): number {
    return this.#parts.baselines.lossFromDayBase(this.equity);
  }

  get drawdownFromHigh(): number {
    return this.#parts.baselines.drawdownFromHigh(this.equity);
  }

  get baseIsFixed(): boolean {
    return this.#parts.baselines.baseIsFixed;
  }

  get strategies(): number {
    return this.#parts.capital.length;
  }

  strategyPnl(strategy: number): number {
    return this.ledger.pnl(strategy, this.#parts.portfolio);
  }

  strategyCapital(strategy: number): number {
    return this.#parts.capital[strategy] ?? Number.NaN;
  }

  /** The account was valued at `at`. */
  valued(at: EpochMicros): void {
    this.#moveTo(at);
    const breakers = this.#breakers;
    for (let n = 0; n < breakers.length; n++) (breakers[n] as Breaker).observe(this);
  }

  lotFilled({ strategy, instrument, signedShares, price, costs }: LoggedFill): void {
    this.ledger.fill(strategy, instrument, signedShares, price, costs);
  }

  roundTripClosed(strategy: number, at: EpochMicros, pnl: number): void {
    this.#moveTo(at);
    const trade = { strategy, closedAt: at, pnl };
    for (const breaker of this.#breakers) breaker.tradeClosed(trade, this);
  }

  /** True once after a breaker asked for all positions to be halved. */
  takeHalving(): boolean {
    const asked = this.#halving;
    this.#halving = false;
    return asked;
  }

  save(): RiskState {
    return {
      claims: this.#parts.authorities.save(),
      baselines: this.#parts.baselines.save(),
      ledger: this.ledger.save(),
      breakers: Object.fromEntries(this.#breakers.map((breaker) => [breaker.id, breaker.save()])),
    };
  }

  /** A breaker that is new since the state was saved starts afresh; one that is gone is left out. */
  load({ claims, baselines, ledger, breakers }: RiskState): void {
    if (typeof breakers !== "object" || breakers === null)
      throw new InvariantError("BR-4: saved risk state: breakers is missing");
    this.#parts.authorities.load(claims);
    this.#parts.baselines.load(baselines);
    this.ledger.load(ledger);
    for (const breaker of this.#breakers) {
      if (breaker.id in breakers) breaker.load(breakers[breaker.id]);
    }
  }

  /** Fills may be told late: time does not go back. */
  #moveTo(at: EpochMicros): void {
    if (at > this.now) this.now = at;
  }
}
