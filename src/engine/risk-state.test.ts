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
import { OrderTable } from "../execution/order-table.ts";
import { Baselines } from "../portfolio/baselines.ts";
import { Portfolio } from "../portfolio/portfolio.ts";
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
  const engine = () => testLoop({ world, strategies: [] }).execute;
  const sound = JSON.parse(JSON.stringify(engine().saveRisk()));
  const facts = sound.facts;
  const { entries, activity } = facts;
  const withFacts = (parts: object) => ({ ...sound, facts: { ...facts, ...parts } });
  const withEntries = (parts: object) => withFacts({ entries: { ...entries, ...parts } });
  const withActivity = (parts: object) => withFacts({ activity: { ...activity, ...parts } });

  const withBoard = (parts: object) => withFacts({ board: { ...facts.board, ...parts } });

  it("sound as it is it loads, and bars nothing", () => {
    const execute = engine();
    execute.loadRisk(sound);
    expect(execute.authorities.permission.claims).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /version: undefined is not 1/],
    ["text", "x", /version/],
    ["another version", { ...sound, version: 2 }, /version: 2 is not 1/],
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
    expect(execute.authorities.allowsEntries()).toBe(false);
    expect(execute.authorities.lift("kill_switch", "saved_risk_state", "itself")).toBe(false);
    expect(execute.authorities.lift("kill_switch", "saved_risk_state", "operator")).toBe(true);
    expect(execute.authorities.allowsEntries()).toBe(true);
  });
});
