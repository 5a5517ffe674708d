/**
 * An account for tests of circuit breakers, without an engine: marks, cash flows and round trips as events, the
 * real baselines and the real lattice. It can be taken down and built again from its saved state, through JSON, as
 * a restart does.
 */
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { Baselines } from "../src/portfolio/baselines.ts";
import { Authorities } from "../src/risk/authority.ts";
import type { BoundBreaker, Breaker, BreakerView } from "../src/risk/breaker.ts";

const FIRST_DAY = 20_000;

/** Instant `minutes` after the open of session `day`. */
export const at = (day: number, minutes: number): EpochMicros =>
  ((FIRST_DAY + day) * MICROS_PER_DAY + Math.round(minutes * MICROS_PER_MINUTE)) as EpochMicros;

export type AccountEvent =
  | {
      readonly kind: "mark";
      readonly at: EpochMicros;
      readonly equity: number;
      readonly pnl?: readonly number[];
    }
  | { readonly kind: "flow"; readonly dollars: number }
  | { readonly kind: "trade"; readonly at: EpochMicros; readonly strategy: number; readonly pnl: number }
  | {
      readonly kind: "refused";
      readonly at: EpochMicros;
      readonly strategy: number;
      readonly control: string | undefined;
      readonly barredBy?: string;
    };

const START = 100_000;

export class BreakerAccount implements BreakerView {
  readonly #bound: readonly BoundBreaker[];
  readonly strategies: number;
  #baselines = new Baselines(START);
  #breakers: readonly Breaker[] = [];
  #won: readonly number[] = [];
  authorities = new Authorities();
  /** How often positions were to be halved. */
  halvings = 0;
  now = 0 as EpochMicros;
  session = Number.NaN;
  equity = START;

  constructor(bound: readonly BoundBreaker[], strategies = 2) {
    this.#bound = bound;
    this.strategies = strategies;
    this.#start();
  }

  get unitValue(): number {
    return Number.isFinite(this.equity) ? this.#baselines.unitValue : Number.NaN;
  }

  get drawdownFromDayHigh(): number {
    return this.#baselines.drawdownFromDayHigh(this.equity);
  }

  get lossFromDayBase(): number {
    return this.#baselines.lossFromDayBase(this.equity);
  }

  get drawdownFromHigh(): number {
    return this.#baselines.drawdownFromHigh(this.equity);
  }

  get baseIsFixed(): boolean {
    return this.#baselines.baseIsFixed;
  }

  strategyPnl(strategy: number): number {
    return this.#won[strategy] ?? 0;
  }

  strategyCapital(): number {
    return START / this.strategies;
  }

  step(event: AccountEvent): void {
    if (event.kind === "flow") {
      this.#baselines.flow(event.dollars, this.equity);
      this.equity += event.dollars;
      return;
    }
    this.now = event.at;
    this.session = Math.floor(event.at / MICROS_PER_DAY);
    this.#baselines.startSession((this.session * MICROS_PER_DAY) as EpochMicros);
    if (event.kind === "trade") {
      const trade = { strategy: event.strategy, closedAt: event.at, pnl: event.pnl };
      for (const breaker of this.#breakers) breaker.tradeClosed(trade, this);
      return;
    }
    if (event.kind === "refused") {
      for (const breaker of this.#breakers) breaker.entryRefused(event, this);
      return;
    }
    this.equity = event.equity;
    this.#won = event.pnl ?? this.#won;
    this.#baselines.update(event.at, event.equity);
    this.authorities.expire(event.at);
    for (const breaker of this.#breakers) breaker.observe(this);
  }

  /** Everything that a process keeps in memory is gone; what was written down comes back as text. */
  restart(): void {
    const saved = JSON.stringify({
      claims: this.authorities.save(),
      baselines: this.#baselines.save(),
      breakers: this.#breakers.map((breaker) => breaker.save()),
    });
    const { claims, baselines, breakers } = JSON.parse(saved);
    this.authorities = new Authorities();
    this.authorities.load(claims);
    this.#baselines = new Baselines(1);
    this.#baselines.load(baselines);
    this.#start();
    for (const [n, breaker] of this.#breakers.entries()) breaker.load(breakers[n]);
  }

  /** What is in force, for comparing: level, scalar and each claim without its prose. */
  get standing(): string {
    const { level, scalar, claims } = this.authorities.permission;
    const held = claims.map(
      (claim) => `${claim.source}${claim.scope === undefined ? "" : `:${claim.scope}`}`,
    );
    return [level, scalar, ...held].join(" ");
  }

  #start(): void {
    const parts = {
      strategies: this.strategies,
      authorities: this.authorities,
      halvePositions: () => {
        this.halvings += 1;
      },
    };
    this.#breakers = this.#bound.map((breaker) => breaker.start(parts));
  }
}
