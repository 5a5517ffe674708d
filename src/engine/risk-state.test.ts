/**
 * Goal    what rules count survives a restart at any event, and a state that cannot be read is refused in one line and
 *         bars entries (RS-1, I-33).
 * Method  random days told to two sets of facts, one of which is made anew from what was saved after every event; then
 *         one field of a sound state at a time is broken.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { randomWorld, testLoop } from "../../test/engine-world.ts";
import { ordinary } from "../../test/risk-case.ts";
import { InputError } from "../domain/assert.ts";
import type { BarBatch } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { usd } from "../domain/money.ts";
import { BUY, type OrderNumber, OrderStatus, SELL } from "../domain/order.ts";
import type { Quote } from "../domain/quote.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { ExecuteStage } from "./execute.ts";
import { RiskFacts } from "./risk-facts.ts";
import { SessionClock } from "./session-clock.ts";
import { StrategyLedger } from "./strategy-ledger.ts";

const STRATEGIES = 2;
const INSTRUMENTS = 3;
const SESSIONS = 24;
const sessions = testSessions(SESSIONS, 60);
const scope = { strategies: STRATEGIES, instruments: INSTRUMENTS, symbols: ["A", "B", "C"] };

/** What happens in a minute: to which instrument, and how many seconds of it have gone by. */
interface Happening {
  readonly kind: "bar" | "entry" | "unfilled" | "fill" | "stop" | "quote" | "halt" | "resume";
  readonly instrument: InstrumentId;
  readonly strategy: number;
  readonly shares: number;
  readonly second: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom("bar", "entry", "unfilled", "fill", "stop", "quote", "halt", "resume"),
  instrument: fc.constantFrom(...([0, 1, 2] as InstrumentId[])),
  strategy: fc.nat(STRATEGIES - 1),
  shares: fc.integer({ min: 1, max: 900 }),
  second: fc.nat(59),
});

/** Enough sessions for an average volume to be known, each with two minutes of something. */
const days = fc.array(fc.array(happening, { minLength: 1, maxLength: 5 }), {
  minLength: 2 * SESSIONS,
  maxLength: 2 * SESSIONS,
});

function books() {
  const clock = new SessionClock(sessions);
  const parts = {
    portfolio: new Portfolio(INSTRUMENTS, usd(100_000)),
    baselines: new Baselines(100_000),
    clock,
    ledger: new StrategyLedger(STRATEGIES, INSTRUMENTS),
    scalar: 1,
    restingStop: () => Number.NaN,
    stopVersion: 0,
  };
  return { clock, orders: new OrderTable(), fresh: () => new RiskFacts(scope, parts) };
}

const birth = { signal: -1, sizing: -1, rule: -1, ruleUsed: Number.NaN, ruleLimit: Number.NaN, parent: -1 };

/** One happening, told to the facts; `at` never goes back. Entries fill or end at once: nothing stays at work. */
function tell(facts: RiskFacts, orders: OrderTable, given: Happening, at: EpochMicros): void {
  const { kind, instrument, strategy, shares } = given;
  facts.now = at;
  facts.startSession();
  if (kind === "bar") {
    const columns = columnsOf("1m", INSTRUMENTS, bars(instrument, `5/5/5/5x${shares}`, [at]));
    facts.activity.bars({ at, from: 0, to: 1, columns } as BarBatch);
  } else if (kind === "entry" || kind === "unfilled") {
    const request = { ...ordinary, instrument, strategy, shares };
    const order = orders.add(request, { ...birth, requested: shares, shares, status: OrderStatus.Sent });
    facts.entrySent(order, request, shares, 100);
    if (kind === "entry") facts.entryFilled(orders, order as OrderNumber, shares);
    facts.entryEnded(orders, order, kind === "entry" ? 0 : shares);
  } else if (kind === "fill") facts.activity.filled(instrument, shares);
  else if (kind === "stop") facts.activity.stoppedOut(instrument);
  else if (kind === "quote") {
    const ask = shares % 3 === 0 ? Number.NaN : shares + 1;
    facts.quoted({ at, instrument, bid: shares, ask } as unknown as Quote);
  } else {
    const name = kind === "halt" ? "TradingHalted" : "TradingResumed";
    facts.statusChanged({ kind: name, at, instrument } as never);
  }
}

/** Everything that rules may ask of the past. */
function known(facts: RiskFacts): unknown {
  const instruments = [0, 1, 2] as InstrumentId[];
  return {
    now: facts.now,
    entries: facts.entriesToday,
    within: [1, 20, 60].map((seconds) => facts.entriesWithin(seconds * MICROS_PER_SECOND)),
    perInstrument: instruments.map((i) => [
      facts.enteredToday(i),
      facts.tradedToday(i),
      facts.averageVolume(i),
      facts.barsSinceStop(i),
      facts.halted(i),
      facts.bid(i),
      facts.ask(i),
      facts.quotedAt(i),
      [BUY, SELL].map((side) => [1, 300, 600].map((shares) => facts.alikeEntryAt(i, side, shares, 0.5))),
      [0, 1].map((strategy) => facts.lastEntryAt(strategy, i)),
    ]),
  };
}

describe("I-33: facts made anew from what was saved", () => {
  it("after every event know what those know that were never interrupted", () => {
    const reached = { averages: 0, cooldowns: 0, halts: 0, entries: 0, throttled: 0, alike: 0 };
    fc.assert(
      fc.property(days, (minutes) => {
        const { clock, orders, fresh } = books();
        const whole = fresh();
        let restarted = fresh();
        for (const [n, happenings] of minutes.entries()) {
          const minute = barClose(sessions, Math.floor(n / 2), n % 2) - MICROS_PER_MINUTE;
          const always = {
            kind: "bar",
            instrument: 0 as InstrumentId,
            strategy: 0,
            shares: n + 1,
            second: 0,
          } as const;
          for (const given of [always, ...happenings].toSorted((a, b) => a.second - b.second)) {
            const at = (minute + (given.second + 1) * MICROS_PER_SECOND) as EpochMicros;
            clock.advance(at);
            tell(whole, orders, given, at);
            tell(restarted, orders, given, at);
            const saved = JSON.stringify(restarted.save());
            restarted = fresh();
            restarted.load(JSON.parse(saved));
            expect(known(restarted)).toEqual(known(whole));
            reached.entries = Math.max(reached.entries, whole.entriesToday);
            reached.throttled = Math.max(reached.throttled, whole.entriesWithin(MICROS_PER_MINUTE));
            reached.alike += Number.isNaN(whole.alikeEntryAt(given.instrument, BUY, given.shares, 0.5))
              ? 0
              : 1;
            reached.halts += whole.halted(given.instrument) ? 1 : 0;
            reached.cooldowns += whole.barsSinceStop(given.instrument) > 0 ? 1 : 0;
            reached.averages += Number.isNaN(whole.averageVolume(given.instrument)) ? 0 : 1;
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(2);
  });

  it("a restart in a later session starts that one from nothing, and still knows the volumes", () => {
    const { clock, orders, fresh } = books();
    const facts = fresh();
    const entry = {
      kind: "entry",
      instrument: 0 as InstrumentId,
      strategy: 0,
      shares: 5,
      second: 0,
    } as const;
    for (let n = 0; n < 21; n++) {
      const at = barClose(sessions, n, 0);
      clock.advance(at);
      tell(facts, orders, { ...entry, kind: "bar", shares: n + 1 }, at);
      tell(facts, orders, entry, at);
    }
    const later = fresh();
    later.load(JSON.parse(JSON.stringify(facts.save())));
    expect(later.entriesToday).toBe(1);
    clock.advance(barClose(sessions, 21, 0));
    later.startSession();
    expect([later.entriesToday, later.enteredToday(entry.instrument)]).toEqual([0, 0]);
    // Sessions 1 to 20 traded 2 to 21 shares.
    expect(later.averageVolume(entry.instrument)).toBe(11.5);
  });
});

describe("RS-1: a state that cannot be read", () => {
  const shape = { seed: 3, timeframe: "1m", instruments: 2, sessions: 1, minutes: 9 } as const;
  const world = randomWorld({ ...shape, volatility: 0.01, volume: 1_000 });
  const bound = breakers.map((module) => module.configure({}));
  const engine = (execution = {}) => testLoop({ world, strategies: [], breakers: bound, execution }).execute;
  const sound = JSON.parse(JSON.stringify(engine().saveRisk()));
  const facts = sound.facts;
  const { entries, activity } = facts;
  const withFacts = (parts: object) => ({ ...sound, facts: { ...facts, ...parts } });
  const withEntries = (parts: object, others: object = {}) => ({
    ...withFacts({ entries: { ...entries, ...parts } }),
    ...others,
  });
  const withActivity = (parts: object) => withFacts({ activity: { ...activity, ...parts } });

  const withBoard = (parts: object) => withFacts({ board: { ...facts.board, ...parts } });

  it("sound as it is it loads, and bars nothing", () => {
    const execute = engine();
    execute.loadRisk(sound);
    expect(execute.authorities.permission.claims).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /version: undefined is not 3/],
    ["text", "x", /version/],
    ["another version", { ...sound, version: 1 }, /version: 1 is not 3/],
    ["no strategies", { ...sound, strategies: undefined }, /strategies: /],
    ["a strategy more", { ...sound, strategies: ["a"] }, /strategies: strategy 0 is none, it was a/],
    ["stops where none are watched", { ...sound, stops: { levels: [], market: [] } }, /stops: /],
    [
      "one good part and one bad",
      withEntries({ today: 99 }, { ledger: { flows: ["x"], lots: [] } }),
      /saved ledger: flows/,
    ],
    [
      "a breaker that is none",
      withEntries({ today: 99 }, { breakers: { rapid_loss: { session: "x" } } }),
      /saved breaker rapid_loss: session/,
    ],
    ["no facts", { ...sound, facts: undefined }, /facts: /],
    ["a field more", withFacts({ more: 1 }), /facts: .*more/],
    ["a count below zero", withEntries({ today: -1 }), /facts\.entries\.today/],
    ["half an entry", withEntries({ today: 0.5 }), /facts\.entries\.today/],
    ["no instant", withFacts({ now: null }), /facts\.now/],
    [
      "instants that go back",
      withEntries({
        sent: [
          [2, 0, 5],
          [1, 0, 5],
        ],
      }),
      /facts\.entries\.sent: must ascend/,
    ],
    ["an unknown strategy", withEntries({ last: [[0, 0, 5]] }), /facts\.entries\.last\.0\.0/],
    ["an unknown instrument", withEntries({ shares: [[2, 5]] }), /facts\.entries\.shares\.0\.0/],
    ["shares below zero", withEntries({ shares: [[1, -5]] }), /facts\.entries\.shares\.0\.1/],
    [
      "a place that stands twice",
      withActivity({
        tradedToday: [
          [1, 5],
          [1, 6],
        ],
      }),
      /tradedToday: a place/,
    ],
    [
      "volumes that are missing",
      withActivity({ volumes: [{ instrument: 0, sessions: 2, last: [1] }] }),
      /volumes/,
    ],
    ["a stop of tomorrow", withActivity({ sinceStop: [[0, -2]] }), /facts\.activity\.sinceStop\.0\.1/],
    ["a halt of nobody", withBoard({ halted: [7] }), /facts\.board\.halted\.0/],
    ["a quote without a time", withBoard({ quotes: [[0, 1, 2, null]] }), /facts\.board\.quotes\.0\.3/],
    ["other instruments", withFacts({ symbols: ["S0", "X"] }), /instrument 1 is S1, it was X/],
    ["fewer instruments", withFacts({ symbols: ["S0"] }), /instrument 1 is S1, it was none/],
    ["no breakers", { ...sound, breakers: null }, /breakers is missing/],
    ["no ledger", { ...sound, ledger: null }, /saved ledger/],
    ["no baselines", { ...sound, baselines: {} }, /saved baselines/],
    ["no claims", { ...sound, claims: null }, /saved claims/],
  ])("%s is refused in one line, and no entry passes until an operator says so", (_name, state, expected) => {
    const execute = engine();
    let refusal: unknown;
    try {
      execute.loadRisk(state);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InputError);
    expect((refusal as InputError).message).toMatch(expected);
    expect((refusal as InputError).message).not.toContain("\n");
    // Nothing of it was taken over.
    expect({ ...execute.saveRisk(), claims: [] }).toEqual(sound);
    expect(execute.authorities.allowsEntries()).toBe(false);
    expect(execute.authorities.lift("kill_switch", "saved_risk_state", "itself")).toBe(false);
    expect(execute.authorities.lift("kill_switch", "saved_risk_state", "operator")).toBe(true);
    expect(execute.authorities.allowsEntries()).toBe(true);
  });

  it("a sound state after it lifts nothing: that is for an operator", () => {
    const execute = engine();
    expect(() => execute.loadRisk({ ...sound, version: 7 })).toThrow(InputError);
    execute.loadRisk(sound);
    expect(execute.authorities.allowsEntries()).toBe(false);
    expect(execute.authorities.find("kill_switch", "saved_risk_state")?.liftedBy).toBe("operator");
  });

  it("nor does a sound state lift what an operator said before it was read", () => {
    const execute = engine();
    const halt = {
      kind: "OperatorActed",
      at: sessions.open[0] as EpochMicros,
      action: "halt",
      by: "a",
      reason: "b",
    } as const;
    execute.operator(halt);
    expect(execute.authorities.permission.level).toBe("HALTED");
    execute.loadRisk(sound);
    expect(execute.authorities.permission.level).toBe("HALTED");
  });

  it("strategies in another order are others: what is told apart by its place stays in it", () => {
    const ids = (...strategyIds: string[]) =>
      new ExecuteStage(
        {
          ...{ strategies: 2, instruments: 1, startingCash: usd(1_000), sessions, rules: [], strategyIds },
          execution: executionParams.parse({}),
          ensemble: ensembleParams.parse({}),
        },
        () => undefined,
      );
    const saved = JSON.parse(JSON.stringify(ids("a", "b").saveRisk()));
    ids("a", "b").loadRisk(saved);
    expect(() => ids("b", "a").loadRisk(saved)).toThrow(/strategies: strategy 0 is b, it was a/);
    expect(() => ids("a").loadRisk(saved)).toThrow(/strategies: strategy 1 is none, it was b/);
  });

  describe("of an engine that watches its stops", () => {
    const virtual = { stops: "virtual" };
    const watched = JSON.parse(JSON.stringify(engine(virtual).saveRisk()));
    const level = {
      ...{ slot: 0, level: 95, reached: null, signal: 0, failures: 0, strikes: 0 },
      ...{ nextAt: null, boughtAt: 5 },
    };
    const market = { instrument: 0, last: 94, printedAt: 5, calmAt: null, resumedAt: null };
    // One strategy at the least has places to watch.
    const refused = (stops: unknown) => {
      const execute = new ExecuteStage(
        {
          ...{ strategies: 1, instruments: 1, startingCash: usd(1_000), sessions, rules: [] },
          execution: executionParams.parse(virtual),
          ensemble: ensembleParams.parse({}),
        },
        () => undefined,
      );
      const own = JSON.parse(JSON.stringify(execute.saveRisk()));
      let refusal: unknown;
      try {
        execute.loadRisk({ ...own, stops });
      } catch (error) {
        refusal = error;
      }
      const barred = !execute.authorities.allowsEntries(0);
      return refusal instanceof InputError && barred && !refusal.message.includes("\n")
        ? refusal.message
        : "";
    };

    it("a state without them is refused, and one with them where the venue holds them", () => {
      expect(() => engine().loadRisk(watched)).toThrow(/stops: /);
      expect(() => engine(virtual).loadRisk(sound)).toThrow(/stops: /);
      expect(refused(undefined)).toMatch(/saved risk state: stops: /);
    });

    it.each<[string, object, object, string]>([
      ["a level below zero", { level: -1 }, {}, "stops.levels.0.level"],
      ["a price that is none", { reached: Number.NaN }, {}, "stops.levels.0.reached"],
      ["an unknown place", { slot: 7 }, {}, "stops.levels.0.slot"],
      ["too many failures", { failures: 21 }, {}, "stops.levels.0.failures"],
      ["too many strikes", { strikes: 3 }, {}, "stops.levels.0.strikes"],
      ["no instant", { nextAt: "soon" }, {}, "stops.levels.0.nextAt"],
      ["half a signal", { signal: 0.5 }, {}, "stops.levels.0.signal"],
      ["an unknown instrument", {}, { instrument: 1 }, "stops.market.0.instrument"],
      ["no price", {}, { last: 0 }, "stops.market.0.last"],
      ["calm at some time", {}, { calmAt: "later" }, "stops.market.0.calmAt"],
    ])("%s is refused in one line that names it", (_name, ofLevel, ofMarket, field) => {
      const stops = { levels: [{ ...level, ...ofLevel }], market: [{ ...market, ...ofMarket }] };
      expect(refused(stops)).toContain(`saved risk state: ${field}: `);
    });

    it("no list of them, half of them, or a place that stands twice", () => {
      expect(refused(7)).toContain("stops: ");
      expect(refused({ levels: [{ slot: 0 }], market: [] })).toContain("stops.levels.0.");
      expect(refused({ levels: [] })).toContain("stops.market");
      expect(refused({ levels: [level, level], market: [] })).toContain("stops.levels: a slot stands twice");
      expect(refused({ levels: [], market: [market, market] })).toContain(
        "stops.market: a place stands twice",
      );
      expect(refused({ levels: [level], market: [market] })).toBe("");
    });
  });
});
