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
  /** Those that look at valuations; the others hear of round trips only. */
  readonly #observing: readonly Breaker[];
  #halving = false;

  readonly ledger: StrategyLedger;
  /** The facts as of the last valuation or round trip: worked out once, read by every breaker. */
  now = 0 as EpochMicros;
  session = Number.NaN;
  equity = Number.NaN;
  unitValue = Number.NaN;
  drawdownFromDayHigh = Number.NaN;
  lossFromDayBase = Number.NaN;
  drawdownFromHigh = Number.NaN;
  baseIsFixed = false;

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
    this.#observing = this.#breakers.filter((breaker) => breaker.observes);
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
    const breakers = this.#observing;
    if (breakers.length === 0) return;
    this.#look(at);
    for (let n = 0; n < breakers.length; n++) (breakers[n] as Breaker).observe(this);
  }

  lotFilled({ strategy, instrument, signedShares, price, costs }: LoggedFill): void {
    this.ledger.fill(strategy, instrument, signedShares, price, costs);
  }

  roundTripClosed(strategy: number, at: EpochMicros, pnl: number): void {
    this.#look(at);
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

  #look(at: EpochMicros): void {
    const { portfolio, baselines, clock } = this.#parts;
    // Fills may be told late: time does not go back.
    if (at > this.now) this.now = at;
    const { equity } = portfolio;
    this.session = clock.date;
    this.equity = equity;
    this.unitValue = Number.isFinite(equity) ? baselines.unitValue : Number.NaN;
    this.drawdownFromDayHigh = baselines.drawdownFromDayHigh(equity);
    this.lossFromDayBase = baselines.lossFromDayBase(equity);
    this.drawdownFromHigh = baselines.drawdownFromHigh(equity);
    this.baseIsFixed = baselines.baseIsFixed;
  }
}
