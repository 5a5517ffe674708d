/**
 * Goal    a strategy that Kelly stopped lives on paper as it would with money (PP-2): it sees the same positions and
 *         prices bar by bar, says the same, and its trades make the same.
 * Method  the same restless strategy over the same random market twice: once sized without Kelly, once with a Kelly
 *         that refuses everything from the start. What else could refuse or bind is out of the way: rules, cash and
 *         volume.
 */
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Timeframe } from "../src/domain/bars.ts";
import { actionInstant } from "../src/domain/corporate-action.ts";
import type { CorporateActionEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { usd } from "../src/domain/money.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import { pump } from "../src/engine/pump.ts";
import { SingleLoop } from "../src/engine/single-loop.ts";
import { ensembleParams } from "../src/ensemble/ensemble-params.ts";
import { sizingParams } from "../src/ensemble/sizing.ts";
import { TrackRecord } from "../src/ensemble/track-record.ts";
import { executionParams } from "../src/execution/order-policy.ts";
import { worldOf } from "../src/features/batch.ts";
import { costParams } from "../src/sim/cost-model.ts";
import { type HaltInterval, HaltSchedule } from "../src/sim/halts.ts";
import { PaperCosts } from "../src/sim/paper-costs.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { noisyStrategy, randomWorld, type World } from "./engine-world.ts";

const costs = costParams.parse({
  auctionBps: 3,
  spreadBps: 8,
  commissionPerShare: 0.004,
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 27.8, tafPerShare: 0.000166, tafCap: 8.3 }],
});

interface Lived {
  /** Per bar: the side, the price and the age of what the strategy saw itself hold. */
  readonly seen: readonly (readonly number[])[];
  readonly said: Float64Array;
  readonly returns: readonly number[];
  readonly orders: number;
}

interface Circumstances {
  readonly world: World;
  readonly seed: number;
  readonly entryLife: string;
  readonly actions: readonly CorporateActionEvent[];
  readonly halts: HaltSchedule;
}

function live({ world, seed, entryLife, actions, halts }: Circumstances, kelly: object): Lived {
  const seen: number[][] = [];
  const closed = vi.spyOn(TrackRecord.prototype, "closed");
  const noisy = noisyStrategy(seed);
  const strategy = {
    ...noisy,
    sizing: "fixed_risk" as const,
    decide(view: Parameters<typeof noisy.decide>[0]) {
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const held = view.position(i);
        if (held !== 0) seen.push([view.at, i, Math.sign(held), view.averageEntry(i), view.barsHeld(i)]);
      }
      noisy.decide(view);
    },
  };
  const { columns, sessions } = world;
  const { symbols } = columns.instruments;
  const execution = executionParams.parse({ entryLife, auctionOffsetBps: 100 });
  const ensemble = ensembleParams.parse({ trailing: { floor: 1 } });
  const loop = new SingleLoop(
    {
      timeframe: columns.timeframe,
      world: { ...worldOf(columns), sessions },
      strategies: [{ strategy, allocation: 1, positions: symbols.length }],
      sizing: sizingParams.parse({
        capital: 100_000,
        atr: { floor: 1 },
        adv: { fraction: 1 },
        kelly: { coldRisk: 0.004, ...kelly },
      }),
      ensemble,
      execution,
      paper: new PaperCosts(symbols, costs, halts),
      basis: "split",
    },
    {
      strategies: 1,
      instruments: symbols.length,
      startingCash: usd(10_000_000),
      sessions,
      rules: [],
      execution,
      ensemble,
    },
  );
  // One trade is known before the first bar, and any trade is one too many for this Kelly.
  const known = { strategy: 0, instrument: 0 as InstrumentId, price: 1, signal: -1 };
  loop.compute.filled({ ...known, signedShares: 1, closedReturn: Number.NaN });
  loop.compute.filled({ ...known, signedShares: -1, closedReturn: -0.01 });
  const venue = new SimulatedVenue(symbols.length, costs, sessions, { halts });
  pump(new Timeline(columns, venue, actions), loop, nullJournal, venue);
  const returns = closed.mock.calls.map(([, netReturn]) => netReturn);
  closed.mockRestore();
  const { signals } = loop.compute;
  return { seen, said: signals.cells().slice(), returns, orders: loop.execute.orders.length };
}

/** Every second or third session one share becomes two, or pays a dollar: whole shares stay whole. */
function someActions({ sessions }: World): CorporateActionEvent[] {
  return Array.from(sessions.date).flatMap((date, session): CorporateActionEvent[] => {
    const [at, instrument] = [actionInstant(date as DayNumber), (session % 3) as InstrumentId];
    if (session % 11 === 2) return [{ kind: "SharesSplit", at, instrument, newShares: 2, oldShares: 1 }];
    if (session % 3 === 1) return [{ kind: "DividendPaid", at, instrument, perShare: 1, isSpinOff: false }];
    return [];
  });
}

/** In two sessions of three one stock does not trade: all day on daily bars, else for seven minutes. */
function someHalts({ columns, sessions }: World): HaltInterval[] {
  return Array.from(sessions.open).flatMap((open, session) => {
    if (session % 3 === 0) return [];
    const [from, to] =
      columns.timeframe === "1d"
        ? [open, sessions.close[session]!]
        : [open + 5 * MICROS_PER_MINUTE, open + 12 * MICROS_PER_MINUTE];
    const instrument = (session % 3) as InstrumentId;
    return [{ instrument, from: from as EpochMicros, to: to as EpochMicros, reason: "test" }];
  });
}

afterEach(() => vi.restoreAllMocks());

describe.each([
  ["1d", "next_bar", "nothing"],
  ["1d", "next_bar", "halts"],
  ["1d", "next_bar", "splits and dividends"],
  ["1m", "next_bar", "nothing"],
  ["1m", "day", "halts"],
  ["1m", "gtc", "splits and dividends"],
  ["1m", "ioc", "nothing"],
] as const)("%s bars, entries that live %s, %s", (timeframe: Timeframe, entryLife, happens) => {
  it("what was lived on paper is what would have been lived with money", () => {
    let [trades, onPaper] = [0, 0];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const world = randomWorld({
          seed,
          timeframe,
          instruments: 3,
          sessions: timeframe === "1d" ? 120 : 4,
          minutes: 40,
          volatility: 0.012,
          volume: 1e8,
        });
        const actions = happens === "splits and dividends" ? someActions(world) : [];
        const halts = new HaltSchedule(happens === "halts" ? someHalts(world) : []);
        const circumstances = { world, seed, entryLife, actions, halts };
        const real = live(circumstances, { enabled: false });
        const paper = live(circumstances, { minTrades: 1, gapLoss: 1 });
        expect(Array.from(paper.said)).toEqual(Array.from(real.said));
        expect(paper.seen.length).toBe(real.seen.length);
        for (const [n, row] of real.seen.entries()) {
          const [at, i, side, entry, age] = row;
          const [atToo, iToo, sideToo, entryToo, ageToo] = paper.seen[n] as number[];
          expect([atToo, iToo, sideToo, ageToo]).toEqual([at, i, side, age]);
          expect(entryToo).toBeCloseTo(entry as number, 5);
        }
        const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
        expect(paper.returns.length).toBe(real.returns.length);
        for (const [n, value] of sorted(real.returns).entries())
          expect(sorted(paper.returns)[n]).toBeCloseTo(value, 6);
        trades += real.returns.length;
        onPaper += real.orders - paper.orders;
      }),
      { numRuns: 12 },
    );
    expect(trades).toBeGreaterThan(100);
    expect(onPaper).toBeGreaterThan(trades);
  });
});
