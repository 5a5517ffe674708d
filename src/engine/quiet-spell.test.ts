/**
 * Goal    bars at which nobody is asked change nothing (QS-1, QS-2): a run in which no bar is quiet is the same run.
 * Method  random worlds, claims that end by a clock inside a session, dividends paid there, an operator; each world
 *         twice, once with a step without intents before every bar, which ends every spell and does nothing else.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../test/property-seed.ts";
import {
  noisyStrategy,
  randomWorld,
  runWorld,
  uniform,
  type World,
  withOperator,
} from "../../test/engine-world.ts";
import type { DividendPaid, EngineEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { breakers } from "../risk/breaker-registry.ts";
import type { BoundStrategy } from "../strategies/strategy.ts";
import type { Engine } from "./pump.ts";
import type { SingleLoop } from "./single-loop.ts";

const MINUTES = 60;
const SHAPE = { timeframe: "1m", instruments: 2, sessions: 3, minutes: MINUTES } as const;
const limits: Readonly<Record<string, object>> = {
  rapid_loss: { maxFraction: 0.0008, windowMinutes: 10, pauseMinutes: 4.5 },
  day_high_drawdown: { maxFraction: 0.006 },
  high_water_mark: { maxFraction: 0.003, recoveredFraction: 0.0029 },
};

/** Speaks at some bars only: between them there are spells. */
function rare(seed: number): BoundStrategy {
  const noisy = noisyStrategy(seed);
  return { ...noisy, decide: (view) => uniform(seed + view.at / 1e6)() < 0.12 && noisy.decide(view) };
}

/** Owed overnight and from minute to minute, paid between bars and at them. */
function dividends({ columns }: World, seed: number): DividendPaid[] {
  const next = uniform(seed);
  return Array.from({ length: 12 }, (_, n) => {
    const at = (columns.closedAt[12 * n]! + 1) as EpochMicros;
    const later = Math.ceil(30 * next()) * MICROS_PER_MINUTE - (next() < 0.5 ? 0 : 1e6);
    const payAt = (at + later) as EpochMicros;
    const instrument = (n % 2) as InstrumentId;
    return { kind: "DividendPaid", at, instrument, perShare: 0.5, isSpinOff: false, payAt };
  });
}

function told(seed: number, isNeverQuiet: boolean) {
  const world = randomWorld({ ...SHAPE, seed, volatility: 0.004, volume: 100_000 });
  const lines: unknown[] = [];
  let quiet = 0;
  const around = (loop: SingleLoop): Engine => ({
    get commands() {
      return loop.commands;
    },
    step(event: EngineEvent) {
      const { execute } = loop;
      if (event.kind === "BarsClosed") {
        if (isNeverQuiet) execute.decide([]);
        if (execute.isQuietAt(event.bars.at)) {
          quiet += 1;
          expect(execute.authorities.flattens).toBe(false);
        }
      }
      loop.step(event);
      const { authorities, portfolio, clock } = execute;
      const { level, scalar } = authorities.permission;
      lines.push([event.kind, level, scalar, portfolio.equity, portfolio.cash, clock.date, clock.inSession]);
    },
  });
  const acts = [
    { afterBatches: 70 + (seed % 20), action: seed % 2 === 0 ? "pause" : "halt" },
    { afterBatches: 95 + (seed % 20), action: "resume" },
  ] as const;
  const loop = runWorld({
    world,
    strategies: [rare(seed), rare(seed + 1)],
    breakers: breakers.map((each) => each.configure(limits[each.id] ?? {})),
    risk: { session: { toxicMinutes: 0 } },
    actions: dividends(world, seed),
    source: (timeline) => withOperator(timeline, acts),
    around,
  });
  const { orders, fills, claimLog } = loop.execute;
  const tables = [loop.compute.signals, orders, fills].map((table) => Array.from(table.cells()));
  return { quiet, lines, tables, claims: claimLog.claims, fills: fills.length };
}

describe("a quiet spell", () => {
  it("changes nothing: the same events, claims, cash and orders as without one", () => {
    const seen = { quiet: 0, fills: 0, lapsed: 0, itself: 0, operator: 0, replaced: 0 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const asked = told(seed, true);
        const spared = told(seed, false);
        expect(asked.quiet).toBe(0);
        const { quiet, ...run } = spared;
        expect({ ...run, quiet: 0 }).toEqual(asked);
        seen.quiet += quiet;
        seen.fills += run.fills;
        for (const { endedBy } of run.claims) if (endedBy !== undefined) seen[endedBy] += 1;
      }),
      { numRuns: 60 },
    );
    // The property has met its subject.
    expect(seen.quiet).toBeGreaterThan(1000);
    expect(seen.fills).toBeGreaterThan(300);
    expect(seen.lapsed).toBeGreaterThan(10);
    expect(seen.itself).toBeGreaterThan(5);
  });
});
