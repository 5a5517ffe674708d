/**
 * Goal    registering a breaker is enough to be held to BR-1 to BR-4: its claims are its own, its state survives
 *         JSON and a restart at any event, and a state it did not write is refused.
 * Method  random accounts that reach every breaker, played whole and with a restart after every event; then the
 *         whole set against a naive model that keeps all history and reads it from the start each time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { between } from "../../test/between.ts";
import { type AccountEvent, at, BreakerAccount } from "../../test/breaker-case.ts";
import { InputError } from "../domain/assert.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import { Authorities } from "./authority.ts";
import type { Breaker } from "./breaker.ts";
import { breakers } from "./breaker-registry.ts";

const all = breakers.map((module) => module.configure({}));
const parts = () => ({ strategies: 2, authorities: new Authorities(), halvePositions: () => undefined });

type Step =
  | { readonly kind: "move"; readonly fraction: number; readonly shares: readonly [number, number] }
  | { readonly kind: "lost" }
  | { readonly kind: "flow"; readonly dollars: number }
  | { readonly kind: "trade"; readonly strategy: number; readonly pnl: number }
  | { readonly kind: "refused"; readonly strategy: number; readonly control: string; readonly times: number };

/** What happens next, and after how many minutes: mostly the next one, sometimes the next day. */
const step: fc.Arbitrary<{ readonly wait: number; readonly what: Step }> = fc.record({
  wait: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(1, 1, 2, 5, 14, 15, 16, 30) },
    { weight: 2, arbitrary: fc.constantFrom(240, 600, 1440) },
  ),
  what: fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constant("move" as const),
        fraction: fc.oneof(between(-0.012, 0.01), fc.constantFrom(-0.03, -0.01, 0.05)),
        shares: fc.tuple(between(0, 1), between(0, 1)),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: "lost" }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("flow" as const), dollars: between(-20_000, 40_000) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("trade" as const),
        strategy: fc.constantFrom(0, 1),
        pnl: fc.oneof(between(-600, -5), between(-600, -5), fc.constantFrom(5, 500, -10, 0)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("refused" as const),
        strategy: fc.constantFrom(0, 1),
        control: fc.constantFrom("C-07", "C-07", "C-13"),
        times: fc.constantFrom(1, 1, 10),
      }),
    },
  ),
});

/** Steps as events of an account that starts with 100,000. */
function eventsOf(steps: readonly { readonly wait: number; readonly what: Step }[]): AccountEvent[] {
  let minute = 0;
  let equity = 100_000;
  const won: [number, number] = [0, 0];
  return steps.flatMap(({ wait, what }): AccountEvent | AccountEvent[] => {
    minute += wait;
    const moment = at(0, minute);
    if (what.kind === "flow") {
      equity += what.dollars;
      return what;
    }
    if (what.kind === "trade") return { ...what, at: moment };
    // One a second.
    if (what.kind === "refused")
      return Array.from({ length: what.times }, (_, n) => ({ ...what, at: at(0, minute + n / 60) }));
    if (what.kind === "lost") return { kind: "mark", at: moment, equity: Number.NaN };
    const before = equity;
    equity *= 1 + what.fraction;
    for (const s of [0, 1] as const) won[s] += (equity - before) * what.shares[s];
    return { kind: "mark", at: moment, equity, pnl: [...won] };
  });
}

const histories = fc.array(step, { minLength: 40, maxLength: 90, size: "max" }).map(eventsOf);

describe("a restart after every event", () => {
  it("changes nothing: all breakers together act at the same events (BR-4)", () => {
    const fired = new Set<string>();
    fc.assert(
      fc.property(histories, (events) => {
        const whole = new BreakerAccount(all);
        const broken = new BreakerAccount(all);
        for (const event of events) {
          whole.step(event);
          broken.step(event);
          broken.restart();
          expect(broken.standing).toBe(whole.standing);
          expect(broken.authorities.permission).toEqual(whole.authorities.permission);
          expect(broken.halvings).toBe(whole.halvings);
          for (const { source } of whole.authorities.permission.claims) fired.add(source);
        }
      }),
      { numRuns: 60 },
    );
    expect([...fired].toSorted()).toEqual(breakers.map(({ id }) => id).toSorted());
  });
});

/** All that has happened, and nothing worked out before it is asked for. */
class NaiveModel {
  readonly #values: { at: number; value: number; session: number }[] = [];
  readonly #trades: { at: number; strategy: number; outcome: "win" | "loss" | "scratch" }[] = [];
  #units = 1;
  /** Dollars as marked, which may be unknown, and as last known. */
  #equity = 100_000;
  #known = 100_000;

  /** Sources that have fired at least once, with their scope. */
  readonly fired = new Set<string>();

  step(event: AccountEvent): void {
    if (event.kind === "flow") {
      const after = this.#known + event.dollars;
      if (this.#known > 0 && after > 0) this.#units *= after / this.#known;
      this.#known = after;
      this.#equity += event.dollars;
      return;
    }
    if (event.kind === "refused") return;
    const session = Math.floor(event.at / MICROS_PER_DAY);
    if (event.kind === "trade") {
      const scratch = this.#equity > 0 ? this.#equity / 10_000 : 0;
      const outcome =
        event.pnl >= scratch && event.pnl > 0
          ? "win"
          : event.pnl <= -scratch && event.pnl < 0
            ? "loss"
            : "scratch";
      this.#trades.push({ at: event.at, strategy: event.strategy, outcome });
      if (this.#lossesInARow(undefined) >= 5) this.fired.add("account_losses");
      if (this.#lossesInARow(event.strategy) >= 3) this.fired.add(`strategy_losses:${event.strategy}`);
      return;
    }
    this.#equity = event.equity;
    if (Number.isNaN(event.equity)) return;
    this.#known = event.equity;
    const value = event.equity / this.#units;
    this.#values.push({ at: event.at, value, session });
    const window = this.#values.filter((mark) => mark.at >= event.at - 15 * MICROS_PER_MINUTE);
    if (1 - value / Math.max(...window.map((mark) => mark.value)) >= 0.01 - 1e-12)
      this.fired.add("rapid_loss");
    const before = this.#values.filter((mark) => mark.session < session).at(-1)?.value ?? 100_000;
    const today = this.#values.filter((mark) => mark.session === session);
    const opening = today.find((mark) => mark.at >= session * MICROS_PER_DAY + MICROS_PER_MINUTE);
    const base = Math.max(before, opening?.value ?? before);
    const high = Math.max(before, ...today.map((mark) => mark.value));
    if (1 - value / high >= 0.02 - 1e-12) this.fired.add("day_high_drawdown");
    if (1 - value / base >= 0.03 - 1e-12) this.fired.add("day_base_loss");
    const highest = Math.max(100_000, ...this.#values.map((mark) => mark.value));
    if (1 - value / highest >= 0.15 - 1e-12) this.fired.add("high_water_mark");
  }

  #lossesInARow(strategy: number | undefined): number {
    let count = 0;
    for (const trade of this.#trades.toReversed()) {
      if (strategy !== undefined && trade.strategy !== strategy) continue;
      if (trade.outcome === "win") break;
      if (trade.outcome === "loss") count += 1;
    }
    return count;
  }
}

it("each breaker fires for the first time at the event at which a naive reading of all history says so", () => {
  const reached = new Map<string, number>();
  // These have no history to read: their tables tell it.
  const told = ["strategy_loss", "throttle_pause", "runaway"];
  const watched = breakers.filter(({ id }) => !told.includes(id)).map((module) => module.configure({}));
  fc.assert(
    fc.property(histories, (events) => {
      const account = new BreakerAccount(watched);
      const model = new NaiveModel();
      const fired = new Set<string>();
      for (const event of events) {
        account.step(event);
        model.step(event);
        for (const { source, scope } of account.authorities.permission.claims)
          fired.add(scope === undefined ? source : `${source}:${scope}`);
        expect([...fired].toSorted()).toEqual([...model.fired].toSorted());
      }
      for (const source of fired) reached.set(source, (reached.get(source) ?? 0) + 1);
    }),
    { numRuns: 250 },
  );
  expect([...reached.keys()].toSorted()).toEqual([
    "account_losses",
    "day_base_loss",
    "day_high_drawdown",
    "high_water_mark",
    "rapid_loss",
    "strategy_losses:0",
    "strategy_losses:1",
  ]);
  expect(Math.min(...reached.values())).toBeGreaterThan(5);
});

it("any history: what stands belongs to a breaker, and scoped claims leave the account alone (BR-1, AU-5)", () => {
  const ids = new Set(breakers.map(({ id }) => id));
  fc.assert(
    fc.property(histories, (events) => {
      const account = new BreakerAccount(all);
      for (const event of events) {
        account.step(event);
        for (const claim of account.authorities.permission.claims) {
          expect(ids.has(claim.source)).toBe(true);
          expect(claim.authority === "strategy").toBe(claim.scope !== undefined);
          expect(claim.reason).toMatch(/limit/);
        }
        // JSON has no NaN: it would come back as null.
        expect(JSON.stringify(account.authorities.save())).not.toContain("null");
      }
    }),
    { numRuns: 60 },
  );
});

describe.each(breakers)("$id", (module) => {
  const started = (): Breaker => module.configure({}).start(parts());

  it("has a name and a control", () => {
    expect(breakers.filter(({ id }) => id === module.id)).toHaveLength(1);
    expect(module.control).toMatch(/^C-\d\d$/);
  });

  it("names a parameter that it does not know, and one that is out of range", () => {
    expect(() => module.configure({ nonsense: 1 })).toThrow(/nonsense/);
    const shape = (module.params as z.ZodObject).shape;
    for (const key of Object.keys(shape)) {
      for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, "5", null]) {
        expect(() => module.configure({ [key]: value })).toThrow(z.ZodError);
        expect(() => module.configure({ [key]: value })).toThrow(new RegExp(`"${key}"`));
      }
    }
  });

  it("refuses a state that it did not write, and names the field", () => {
    const { session, state } = started().save() as { session: number; state: Record<string, unknown> };
    for (const saved of [null, 7, "x", {}, { session }, { session: 0.5, state }, { session: null, state }])
      expect(() => started().load(saved)).toThrow(InputError);
    expect(() => started().load({ session, state: { ...state, more: 1 } })).toThrow(/BR-4: .*more/);
    for (const field of Object.keys(state)) {
      for (const wrong of [null, "x", Number.NaN, { a: 1 }, [null], [1, 2, 3, "x"]])
        expect(() => started().load({ session, state: { ...state, [field]: wrong } })).toThrow(
          new RegExp(`BR-4: saved breaker ${module.id}: state.${field}`),
        );
    }
  });

  it("loads what it saved, and what it saves is a copy", () => {
    const breaker = started();
    const saved = breaker.save();
    const again = started();
    again.load(JSON.parse(JSON.stringify(saved)));
    expect(again.save()).toEqual(saved);
    expect(again.save()).not.toBe(again.save());
  });
});

it("a result told late takes its place by its close, so the streak is one of closes", () => {
  const account = new BreakerAccount(all);
  const trade = (minute: number, pnl: number) =>
    account.step({ kind: "trade", at: at(0, minute), strategy: 0, pnl });
  account.step({ kind: "mark", at: at(0, 1), equity: 100_000 });
  for (const minute of [10, 12]) trade(minute, -50);
  // The win closed before both losses though it is told after them: it ends nothing.
  trade(8, 500);
  trade(13, -50);
  expect(account.authorities.levelFor(0)).toBe("NO_NEW_ENTRIES");
});

it("the day that draws down 2.9 %, then more: killed and restarted at every event, it fires at the same one", () => {
  // A minute a mark: up to 101,000, down by 2.9 % of the base, sideways with a deposit, then on down.
  const path = [100_000, 100_500, 101_000, 100_000, 99_000, 98_400, 97_800, 97_500, 97_100, 97_100];
  const events: AccountEvent[] = path.map((equity, n) => ({ kind: "mark", at: at(1, n + 1), equity }));
  events.push({ kind: "flow", dollars: 97_100 });
  const rest = [194_200, 194_400, 194_002, 194_000.01, 194_000, 193_000];
  for (const [n, equity] of rest.entries())
    events.push({ kind: "mark", at: at(1, path.length + 1 + n) as EpochMicros, equity });
  const halted = (restartAt: (n: number) => boolean): number => {
    const account = new BreakerAccount(all);
    account.step({ kind: "mark", at: at(0, 390), equity: 100_000 });
    return events.findIndex((event, n) => {
      account.step(event);
      if (restartAt(n)) account.restart();
      return account.authorities.flattens;
    });
  };
  const uninterrupted = halted(() => false);
  expect(uninterrupted).toBe(events.length - 2);
  expect(halted(() => true)).toBe(uninterrupted);
  for (let only = 0; only < events.length; only++) expect(halted((n) => n === only)).toBe(uninterrupted);
});
