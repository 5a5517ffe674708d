/**
 * Goal    before the close everything is closed, or gross exposure brought to what may be carried, by the calendar's
 *         close, once and no more; what cannot go is told and leaves when it can; and where nothing is over nothing
 *         happens (C-65).
 * Method  five stocks at 100 dollars over minutes, 5 % of the account each, through the wiring of a backtest; an
 *         observer reads the books at chosen minutes. Then random markets and restless strategies.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import {
  fingerprint,
  noisyStrategy,
  randomWorld,
  runWorld,
  strategyOf,
  type TestRun,
  testCosts,
  type World,
} from "../../test/engine-world.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { END_OF_DAY_SIGNAL, type OrderNumber } from "../domain/order.ts";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import type { ExecuteStage } from "../engine/execute.ts";
import { OrderField } from "../execution/order-table.ts";
import { HaltSchedule } from "./halts.ts";

const STOCKS = 5;
/** Shares of a full position: a limit a little above 100 goes 49 times into 5 % of the account. */
const FULL = 49;
const free = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};

/** Every stock at 100 all the time, over sessions of so many minutes. */
function stillWorld(count: number, minutes: number): World {
  const sessions = testSessions(count, minutes);
  const closes = Array.from({ length: count }, (_, session) =>
    Array.from({ length: minutes }, (_, minute) => barClose(sessions, session, minute)),
  ).flat();
  const text = closes.map(() => "100/100/100/100").join(" ");
  const rows = Array.from({ length: STOCKS }, (_, i) => bars(i, text, closes)).flat();
  return { columns: columnsOf("1m", STOCKS, rows), sessions };
}

/** Buys all of them twenty minutes after the first open, each with a stop at 98, and never sells. */
const buyer = (stop = 98) =>
  strategyOf((view) => {
    const minute = (view.at - FIRST.open[0]!) / MICROS_PER_MINUTE;
    if (minute !== 20) return;
    for (let i = 0; i < STOCKS; i++)
      view.enter({ instrument: i as InstrumentId, conviction: 1, ...(stop > 0 ? { stop } : {}) }, "because");
  });
const FIRST = testSessions(1, 390);

const sharesOf = ({ portfolio }: ExecuteStage): number[] =>
  Array.from({ length: STOCKS }, (_, i) => portfolio.shares(i as InstrumentId));

/** Shares held after the bars of those minutes before the close of a session. */
function heldAt(
  run: Partial<TestRun> & { readonly world: World },
  looks: readonly (readonly [session: number, toClose: number])[],
) {
  const seen: number[][] = [];
  const wanted = looks.map(
    ([session, left]) => run.world.sessions.close[session]! - left * MICROS_PER_MINUTE,
  );
  const { execute } = runWorld({
    strategies: [buyer()],
    costs: free,
    positions: STOCKS,
    ...run,
    observe: {
      record: (stage) => {
        if (wanted.includes(stage.facts.now)) seen.push(sharesOf(stage));
      },
    },
  });
  return { seen, execute, alarms: execute.alarms.map(({ text }) => text) };
}

const all = (shares: number): number[] => Array.from({ length: STOCKS }, () => shares);
const flat = { end_of_day: { policy: "flat" } };
const carrying = (maxOvernightFraction: number) => ({
  end_of_day: { maxOvernightFraction },
});

describe("flat", () => {
  it.each([390, 210])(
    "of %i minutes: held to six minutes before the close, gone five before it",
    (minutes) => {
      const { seen, alarms, execute } = heldAt({ world: stillWorld(2, minutes), risk: flat }, [
        [0, 30],
        [0, 6],
        [0, 5],
        [1, 100],
      ]);
      expect(seen).toEqual([all(FULL), all(FULL), all(0), all(0)]);
      expect(alarms).toEqual([]);
      // Nothing rests for what is gone.
      expect(execute.orders.length).toBe(STOCKS * 3);
      expect(execute.facts.workingGross).toBe(0);
    },
  );

  it("takes back an entry that still works, and lets no new one in", () => {
    const world = stillWorld(1, 390);
    const late = strategyOf((view) => {
      const left = (world.sessions.close[0]! - view.at) / MICROS_PER_MINUTE;
      if (left <= 60 && left > 6) view.enter({ instrument: 0 as InstrumentId, conviction: 1 }, "because");
    });
    const { seen } = heldAt({ world, strategies: [late], risk: flat }, [
      [0, 40],
      [0, 5],
      [0, 0],
    ]);
    expect(seen.map(([first]) => first)).toEqual([FULL, 0, 0]);
  });

  it("an entry of the next opening auction is not of this day", () => {
    const world = stillWorld(2, 390);
    const next = strategyOf((view) => {
      if (view.at !== world.sessions.close[0]! - 20 * MICROS_PER_MINUTE) return;
      view.enter({ instrument: 0 as InstrumentId, conviction: 1, when: "open_auction" }, "because");
    });
    const { seen } = heldAt({ world, strategies: [next], risk: flat }, [
      [0, 0],
      [1, 380],
      [1, 5],
    ]);
    expect(seen.map(([first]) => first)).toEqual([0, FULL, 0]);
  });

  it("halted at the close: told with its name, and closed a minute after the next open", () => {
    const world = stillWorld(2, 390);
    const [close = 0, next = 0] = [world.sessions.close[0], world.sessions.open[1]];
    const from = (close - 20 * MICROS_PER_MINUTE) as never;
    const halts = new HaltSchedule([
      { instrument: 1 as InstrumentId, from, to: next as never, reason: "news" },
    ]);
    const { seen, alarms } = heldAt({ world, risk: flat, halts }, [
      [0, 5],
      [0, 0],
      [1, 386],
    ]);
    expect(seen).toEqual([
      [0, FULL, 0, 0, 0],
      [0, FULL, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect(alarms).toHaveLength(2);
    expect(alarms[0]).toMatch(/halted before the close.*: S1$/);
    expect(alarms[1]).toMatch(/held over the close.*S1; closed after the next open$/);
  });

  it("a restart over night still knows what is late: saved and loaded after every bar, closed all the same", () => {
    const world = stillWorld(2, 390);
    const [close = 0, next = 0] = [world.sessions.close[0], world.sessions.open[1]];
    const from = (close - 20 * MICROS_PER_MINUTE) as never;
    const halts = new HaltSchedule([
      { instrument: 1 as InstrumentId, from, to: next as never, reason: "news" },
    ]);
    const late: unknown[] = [];
    const { execute } = runWorld({
      ...{ world, strategies: [buyer()], costs: free, positions: STOCKS, risk: flat, halts },
      observe: {
        record: (stage) => {
          const saved = JSON.parse(JSON.stringify(stage.saveRisk())) as ReturnType<typeof stage.saveRisk>;
          if (stage.facts.now === close) late.push(...saved.enforcement.late);
          stage.loadRisk(saved);
        },
      },
    });
    expect(late).toEqual([1]);
    expect(sharesOf(execute)).toEqual(all(0));
  });
});

describe("carry", () => {
  it("above the cap: every position in proportion, the stops protect the rest over night", () => {
    const { seen, alarms, execute } = heldAt({ world: stillWorld(2, 390), risk: carrying(0.1) }, [
      [0, 6],
      [0, 5],
      [1, 100],
    ]);
    expect(seen).toEqual([all(FULL), all(20), all(20)]);
    expect(alarms).toEqual([]);
    const stops = Array.from({ length: execute.orders.length }, (_, n) => n as OrderNumber).filter(
      (n) => execute.orders.isWorking(n) && execute.orders.get(n, OrderField.stop) === 98,
    );
    expect(stops).toHaveLength(STOCKS);
    for (const n of stops) expect(execute.orders.remaining(n)).toBe(20);
  });

  it("what is halted stays and is told; the others make room for it", () => {
    const world = stillWorld(1, 390);
    const from = (world.sessions.close[0]! - 20 * MICROS_PER_MINUTE) as never;
    const to = (world.sessions.close[0]! + MICROS_PER_MINUTE) as never;
    const halts = new HaltSchedule([{ instrument: 0 as InstrumentId, from, to, reason: "news" }]);
    const { seen, alarms } = heldAt({ world, risk: carrying(0.1), halts }, [[0, 5]]);
    // 5 % halted, 5 % left for the other four: 12 or 13 shares each, rather one more is sold.
    expect(seen).toEqual([[FULL, 12, 12, 12, 12]]);
    expect(alarms).toHaveLength(1);
  });

  it("what is halted on its way out makes no room either", () => {
    const world = stillWorld(1, 390);
    const asked = world.sessions.close[0]! - 20 * MICROS_PER_MINUTE;
    const to = (world.sessions.close[0]! + MICROS_PER_MINUTE) as never;
    const halts = new HaltSchedule([
      { instrument: 0 as InstrumentId, from: (asked + 1) as never, to, reason: "news" },
    ]);
    const buys = buyer();
    const leaves = strategyOf((view) => {
      if (view.at === asked) view.exit(0 as InstrumentId, "because");
      else buys.decide(view, undefined as never);
    });
    const { seen } = heldAt({ world, strategies: [leaves], risk: carrying(0.1), halts }, [[0, 5]]);
    expect(seen).toEqual([[FULL, 12, 12, 12, 12]]);
  });

  it("above the cap with all of it halted: told once at the close, with both numbers", () => {
    const world = stillWorld(1, 390);
    const from = (world.sessions.close[0]! - 20 * MICROS_PER_MINUTE) as never;
    const to = (world.sessions.close[0]! + MICROS_PER_MINUTE) as never;
    const each = Array.from({ length: STOCKS }, (_, i) => ({ instrument: i as InstrumentId, from, to }));
    const halts = new HaltSchedule(each.map((one) => ({ ...one, reason: "news" })));
    const { seen, alarms } = heldAt({ world, risk: carrying(0.1), halts }, [[0, 0]]);
    expect(seen).toEqual([all(FULL)]);
    expect(alarms[1]).toMatch(/gross is 24\.5 % of equity over night, the cap is 10\.0 %: S0, S1/);
  });

  it("entries near the close are trimmed to the cap of the night", () => {
    const world = stillWorld(1, 390);
    const late = strategyOf((view) => {
      const left = (world.sessions.close[0]! - view.at) / MICROS_PER_MINUTE;
      if (left !== 20) return;
      for (let i = 0; i < STOCKS; i++)
        view.enter({ instrument: i as InstrumentId, conviction: 1, stop: 98 }, "because");
    });
    const { seen } = heldAt({ world, strategies: [late], risk: carrying(0.12) }, [[0, 10]]);
    expect(seen[0]?.slice(0, 2)).toEqual([FULL, FULL]);
    // Limits are a little above 100 and count with what they may cost.
    expect(seen[0]?.[2]).toBeGreaterThan(15);
    expect(seen[0]?.slice(3)).toEqual([0, 0]);
  });

  it("by default changes nothing, to the last bit", () => {
    const random = (seed: number) =>
      randomWorld({
        ...{ seed, timeframe: "1m", instruments: 4, sessions: 4 },
        ...{ minutes: 60, volatility: 0.004, volume: 50_000 },
      });
    const off = { end_of_day: { maxOvernightFraction: 2, minutes: 1, windowMinutes: 1 } };
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = { world: random(seed), strategies: [noisyStrategy(seed)] };
      expect(fingerprint(runWorld(run))).toEqual(fingerprint(runWorld({ ...run, risk: off })));
    }
  });
});

describe("whatever the market and the strategies do", () => {
  it("it never opens or turns anything, and what is over at the close was told", () => {
    const shape = fc.record({
      seed: fc.integer({ min: 0, max: 1_000_000 }),
      policy: fc.constantFrom("carry", "flat"),
      cap: fc.constantFrom(0.02, 0.05, 0.1),
      virtual: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ seed, policy, cap, virtual }) => {
        const world = randomWorld({
          ...{ seed, timeframe: "1m", instruments: 3, sessions: 3 },
          ...{ minutes: 90, volatility: 0.003, volume: 60_000 },
        });
        const limit = policy === "flat" ? 0 : cap;
        let told = 0;
        const { execute } = runWorld({
          world,
          strategies: [noisyStrategy(seed), noisyStrategy(seed + 1)],
          risk: { end_of_day: { policy, maxOvernightFraction: cap } },
          execution: virtual ? { stops: "virtual" } : {},
          observe: {
            record: (stage) => {
              const alarms = stage.alarms.length - told;
              if (!world.sessions.close.includes(stage.facts.now)) return;
              told = stage.alarms.length;
              const gross = stage.portfolio.gross / stage.equity;
              if (gross > limit + 0.01) expect(alarms).toBeGreaterThan(0);
            },
          },
        });
        const { orders } = execute;
        for (let n = 0 as OrderNumber; n < orders.length; n++) {
          if (orders.get(n, OrderField.signal) !== END_OF_DAY_SIGNAL) continue;
          expect(orders.get(n, OrderField.filled)).toBeLessThanOrEqual(orders.get(n, OrderField.shares));
        }
      }),
      { numRuns: 40 },
    );
  });
});
