/**
 * Goal    a watch that leaves calm valuations unseen acts at the same valuations as one that shows every breaker
 *         everything.
 * Method  random walks of an account with two strategies; beside each watch runs a second one that is restarted
 *         from its saved state before every valuation, so that nothing is calm for it. Claims, halvings and what
 *         would be saved must be the same after each step. Counts how many valuations really went unseen.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { allocateColumns } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dollarsPerShare, shares as toQuantity, usd } from "../domain/money.ts";
import { BUY, SELL } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { Authorities } from "../risk/authority.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { BreakerWatch } from "./breaker-watch.ts";
import { SessionClock } from "./session-clock.ts";

const CASH = 100_000;
const DAYS = 3;
const BARS = 60;
const FREE = { commission: usd(0), regulatory: usd(0), slippage: usd(0) };

interface Step {
  /** Fraction by which the marks move, and who trades what before it. */
  readonly moves: readonly [number, number];
  readonly trade?: { readonly strategy: number; readonly instrument: number; readonly shares: number };
  readonly pnl?: number;
  readonly lifts?: boolean;
}

const small = between(-0.004, 0.004);
const step: fc.Arbitrary<Step> = fc.record(
  {
    moves: fc.tuple(
      fc.oneof({ weight: 9, arbitrary: small }, { weight: 1, arbitrary: between(-0.06, 0.06) }),
      fc.oneof({ weight: 9, arbitrary: small }, { weight: 1, arbitrary: between(-0.06, 0.06) }),
    ),
    trade: fc.record({
      strategy: fc.nat(1),
      instrument: fc.nat(1),
      shares: fc.integer({ min: -300, max: 400 }).filter((count) => count !== 0),
    }),
    pnl: between(-900, 500),
    lifts: fc.boolean(),
  },
  { requiredKeys: ["moves"] },
);

/** A breaker that counts how often it was shown a valuation. */
function counted(bound: BoundBreaker, onShown: () => void): BoundBreaker {
  return {
    ...bound,
    start(parts) {
      const breaker = bound.start(parts);
      const { observe } = Object.getPrototypeOf(breaker) as { observe: (typeof breaker)["observe"] };
      return Object.assign(breaker, {
        observe(this: typeof breaker, view: Parameters<typeof observe>[0]) {
          onShown();
          observe.call(this, view);
        },
      });
    },
  };
}

class Account {
  readonly #columns = allocateColumns("1m", instrumentTable(["A", "B"]), 2, 1);
  readonly #portfolio = new Portfolio(2, usd(CASH));
  readonly #baselines = new Baselines(CASH);
  readonly #clock: SessionClock;
  readonly #marks = [100, 50];
  readonly #isRestarted: boolean;
  readonly authorities = new Authorities();
  readonly watch: BreakerWatch;
  shown = 0;

  constructor(isRestarted: boolean) {
    this.#isRestarted = isRestarted;
    const days = Array.from({ length: DAYS }, (_, day) => day);
    const open = days.map((day) => day * MICROS_PER_DAY);
    this.#clock = new SessionClock({
      date: Int32Array.from(days),
      open: Float64Array.from(open),
      close: Float64Array.from(open, (at) => at + BARS * MICROS_PER_MINUTE),
    });
    const loss = breakers.findIndex(({ id }) => id === "rapid_loss");
    this.watch = new BreakerWatch({
      breakers: breakers.map((module, n) => {
        const bound = module.configure({});
        return n === loss
          ? counted(bound, () => {
              this.shown += 1;
            })
          : bound;
      }),
      capital: [CASH / 2, CASH / 2],
      instruments: 2,
      authorities: this.authorities,
      portfolio: this.#portfolio,
      baselines: this.#baselines,
      clock: this.#clock,
    });
    this.#columns.instrument.set([0, 1]);
  }

  play({ moves, trade, pnl, lifts }: Step, at: EpochMicros): string {
    if (trade !== undefined) this.#trade(trade, at);
    if (pnl !== undefined) this.watch.roundTripClosed(0, at, pnl);
    if (lifts === true) {
      for (const { authority, source, scope } of this.authorities.permission.claims)
        this.authorities.lift(authority, source, "operator", scope);
    }
    for (const [n, move] of moves.entries()) {
      this.#marks[n] = (this.#marks[n] ?? 1) * (1 + move);
      this.#columns.close[n] = this.#marks[n] ?? Number.NaN;
    }
    if (this.#clock.advance(at)) this.#baselines.startSession(this.#clock.open);
    this.#portfolio.markToMarket({ at, from: 0, to: 2, columns: this.#columns });
    const unitValue = this.#baselines.update(at, this.#portfolio.equity);
    this.authorities.expire(at);
    if (this.#isRestarted) this.watch.load(JSON.parse(JSON.stringify(this.watch.save())));
    this.watch.valued(at, unitValue);
    return JSON.stringify([this.authorities.save(), this.watch.takeHalving(), this.watch.save()]);
  }

  #trade({ strategy, instrument, shares }: NonNullable<Step["trade"]>, at: EpochMicros): void {
    const price = this.#marks[instrument] ?? Number.NaN;
    const id = instrument as InstrumentId;
    const side = shares > 0 ? BUY : SELL;
    const paid = dollarsPerShare(price);
    this.#portfolio.fill(id, side, toQuantity(Math.abs(shares)), paid, FREE);
    const rest = { slippage: 0, signal: 0, purpose: 0, riskPerShare: Number.NaN, crossed: false };
    this.watch.lotFilled({ at, strategy, instrument: id, signedShares: shares, price, costs: 0, ...rest });
  }
}

describe("what is calm", () => {
  it("is seen by nobody, and nobody would have acted on it", () => {
    const sums = { valuations: 0, shown: 0, acts: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: DAYS * BARS }), (steps) => {
        const [calm, plain] = [new Account(false), new Account(true)];
        for (const [n, each] of steps.entries()) {
          const day = Math.floor(n / BARS);
          const at = (day * MICROS_PER_DAY + ((n % BARS) + 1) * MICROS_PER_MINUTE) as EpochMicros;
          const before = calm.authorities.version;
          expect(calm.play(each, at)).toBe(plain.play(each, at));
          if (calm.authorities.version > before) sums.acts += 1;
        }
        sums.valuations += steps.length;
        sums.shown += calm.shown;
        expect(plain.shown).toBe(steps.length);
      }),
      // Shrinking a walk of hundreds of steps takes minutes and tells no more than its seed.
      { numRuns: 60, endOnFailure: true },
    );
    expect(sums.shown).toBeLessThan(0.8 * sums.valuations);
    expect(sums.acts).toBeGreaterThan(50);
  });
});
