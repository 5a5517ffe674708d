/**
 * Goal    a restart hands out no fresh allowance: cut at any event, its risk state written down and read by an engine
 *         that remembered nothing, a day ends with the same verdict on every order as without the cut (I-33, I-34).
 * Method  restless strategies under limits tight enough that every counting rule refuses, on random days with quotes
 *         and halts; the state is taken out, replaced by that of an engine that never ran, and put back.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { Command, EventSource } from "../src/engine/ports.ts";
import type { Engine } from "../src/engine/pump.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { breakers } from "../src/risk/breaker-registry.ts";
import { fingerprint, noisyStrategy, randomWorld, runWorld, testLoop, uniform } from "./engine-world.ts";

const INSTRUMENTS = 3;
const shape = {
  timeframe: "1m",
  instruments: INSTRUMENTS,
  sessions: 2,
  minutes: 24,
  volatility: 0.01,
  volume: 4_000,
} as const;

/** So tight that each of them refuses something on an ordinary day. */
const risk = {
  session: { toxicMinutes: 0 },
  duplicate: { windowSeconds: 200 },
  trades_per_day: { limit: 14 },
  throttle: { perMinute: 2 },
  cooldown: { bars: 4 },
  spread: { maxFraction: 0.001, maxAgeSeconds: 400 },
  price_collar: { maxFraction: 0.5 },
  per_trade_risk: { maxFraction: 0.02 },
};
const bound = breakers.map((module) => module.configure({}));

/** Quotes and halts between the bars, at the instant of the bar before. */
function unquiet(timeline: EventSource, seed: number): EventSource {
  const next = uniform(seed);
  const waiting: EngineEvent[] = [];
  let at = 0 as EpochMicros;
  return {
    next() {
      const said = waiting.shift();
      if (said !== undefined) return said;
      const event = timeline.next();
      if (event?.kind !== "BarsClosed") return event;
      at = event.bars.at;
      const instrument = Math.floor(INSTRUMENTS * next()) as InstrumentId;
      const chance = next();
      if (chance < 0.1) waiting.push({ kind: "TradingHalted", at, instrument, reason: "test" } as never);
      else if (chance < 0.3) waiting.push({ kind: "TradingResumed", at, instrument } as never);
      else if (chance < 0.6) {
        const bid = 20 + 100 * next();
        const ask = bid * (1 + 0.002 * next());
        waiting.push({ kind: "QuoteUpdated", at, instrument, bid, ask, bidSize: 1, askSize: 1 } as never);
      }
      return event;
    },
  };
}

/** Rules that count or remember, and the seed of a day on which each of them refuses something. */
const COUNTING = ["duplicate", "trades_per_day", "throttle", "cooldown", "halt", "spread"];
const DAY = 45;

interface Told {
  readonly loop: SingleLoop;
  readonly events: number;
}

function tell(seed: number, cutAt: (event: number) => boolean): Told {
  const world = randomWorld({ ...shape, seed });
  const strategies = [noisyStrategy(seed), noisyStrategy(seed + 1)];
  const parts = { world, strategies, risk, breakers: bound };
  const nothing = JSON.stringify(testLoop(parts).execute.saveRisk());
  let events = 0;
  const around = (loop: SingleLoop): Engine => ({
    get commands(): Command[] {
      return loop.commands;
    },
    step(event) {
      if (cutAt(events)) {
        const written = JSON.stringify(loop.execute.saveRisk());
        loop.execute.loadRisk(JSON.parse(nothing));
        loop.execute.loadRisk(JSON.parse(written));
      }
      events += 1;
      loop.step(event);
    },
  });
  const loop = runWorld({ ...parts, around, source: (timeline) => unquiet(timeline, seed) });
  return { loop, events };
}

/** Rules that refused or trimmed something, by name. */
function bindingRules({ execute: { orders, gate } }: SingleLoop): Set<string> {
  const names = new Set<string>();
  for (let order = 0; order < orders.length; order++) {
    const rule = gate.rules[orders.get(order as never, OrderField.rule)];
    if (rule !== undefined) names.add(rule.id);
  }
  return names;
}

it("cut at each event of a recorded day in turn, every verdict is the same", () => {
  const whole = tell(DAY, () => false);
  const expected = fingerprint(whole.loop);
  expect([...bindingRules(whole.loop)]).toEqual(expect.arrayContaining(COUNTING));
  for (let only = 0; only < whole.events; only++) {
    expect(fingerprint(tell(DAY, (event) => event === only).loop)).toEqual(expected);
  }
});

it("and so it is on random days, cut at every event or at some", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 9 }), (seed, every) => {
      const whole = tell(seed, () => false);
      const cut = tell(seed, (event) => event % every === 0);
      expect(fingerprint(cut.loop)).toEqual(fingerprint(whole.loop));
      expect(cut.loop.execute.saveRisk()).toEqual(whole.loop.execute.saveRisk());
      for (const id of bindingRules(whole.loop)) seen.add(id);
    }),
    { numRuns: 10 },
  );
  expect([...seen]).toEqual(expect.arrayContaining(COUNTING));
});
