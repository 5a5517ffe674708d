/**
 * Goal    a model beside a strategy only takes away: fewer entries, smaller ones, nearer stops, and every exit as the
 *         rules want it; one that says yes to all changes nothing at all.
 * Method  the engine over seeded daily markets with a stump of one feature, against the rules alone.
 */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { type EngineRun, type RunSetup, runEngine } from "../src/app/engine-run.ts";
import { SignalField, SignalKind } from "../src/engine/signal-table.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { SignalModel, type SignalSettings } from "../src/models/signal/signal-model.ts";
import { digestFloats } from "../src/numerics/sha256.ts";
import { randomDaily } from "./daily-market.ts";
import { stumpModel } from "./stump-model.ts";

const STRATEGY = "swing_trend_following";
/** Above an RSI of 55: a margin of 0.25, else -0.5. */
const text = stumpModel("rsi_14", "atr_14").replace("threshold=1\n", "threshold=55\n");
const likely = 1 / (1 + Math.exp(-0.25));
const unlikely = 1 / (1 + Math.exp(0.5));

const uses = { filter: true, scale: false, tightenStop: 0 };
const settings: SignalSettings = {
  calibration: { kind: "platt", a: -1, b: 0 },
  threshold: 0.5,
  sure: likely,
  events: 500,
  win: 0.05,
  loss: 0.05,
  uses,
};

function run(
  given?: Partial<SignalSettings>,
  assignments: readonly string[] = [],
  more: Partial<RunSetup> = {},
): EngineRun {
  const setup: RunSetup = {
    config: loadConfig({ assignments: ["sizing.kelly.enabled=false", ...assignments] }),
    strategyIds: [STRATEGY],
    columns: randomDaily({ seed: 4, sessions: 700 }),
    sessions: xnysSessions(),
    cash: 100_000,
    ...more,
    ...(given === undefined
      ? {}
      : { models: { [STRATEGY]: { id: "m@1", text, settings: { ...settings, ...given } } } }),
  };
  return runEngine(setup);
}

interface Wish {
  readonly conviction: number;
  readonly stop: number;
}

function entries({ loop }: EngineRun): Map<string, Wish> {
  const { signals } = loop.compute;
  const found = new Map<string, Wish>();
  for (let row = 0; row < signals.length; row++) {
    const get = (field: SignalField) => signals.get(row, field);
    if (get(SignalField.kind) === SignalKind.Enter)
      found.set(`${get(SignalField.at)} ${get(SignalField.instrument)}`, {
        conviction: get(SignalField.conviction),
        stop: get(SignalField.stop),
      });
  }
  return found;
}

const digest = ({ curve }: EngineRun): string => digestFloats(curve.equity);

describe("a model beside the rules", () => {
  const rules = run();

  it("that follows everything and does nothing else is the rules, to the bit", () => {
    expect(digest(run({ threshold: 0 }))).toBe(digest(rules));
    expect(digest(run({ threshold: 2, uses: { ...uses, filter: false } }))).toBe(digest(rules));
  });

  it("that was let go leaves the rules with less conviction, entry by entry", () => {
    const [before, after] = [entries(rules), entries(run(undefined, [], { scales: { [STRATEGY]: 0.5 } }))];
    const shared = [...after].filter(([when]) => before.has(when));
    expect(shared.length).toBeGreaterThan(10);
    for (const [when, { conviction, stop }] of shared)
      expect([conviction, stop]).toEqual([before.get(when)!.conviction / 2, before.get(when)!.stop]);
  });

  it("keeps out what it does not believe in, and says so in the place of a size", () => {
    const asked = run({});
    const none = run({ threshold: likely + 1e-9 });
    expect(asked.loop.compute.unsized.get("model")).toBeGreaterThan(5);
    expect(asked.loop.execute.orders.length).toBeGreaterThan(5);
    expect(asked.loop.execute.orders.length).toBeLessThan(rules.loop.execute.orders.length);
    expect(none.loop.execute.orders.length).toBe(0);
    expect(digest(run({ threshold: unlikely }))).toBe(digest(rules));
  });

  it("an answer that is no number is a no", () => {
    const sick: Partial<SignalSettings> = { calibration: { kind: "platt", a: Number.NaN, b: 0 } };
    expect(run(sick).loop.execute.orders.length).toBe(0);
    expect(run({ ...sick, uses: { ...uses, filter: false } }).loop.execute.orders.length).toBe(0);
  });

  it("makes convictions smaller and stops nearer, never the other way", () => {
    const before = entries(rules);
    const after = entries(run({ threshold: 0, uses: { filter: true, scale: true, tightenStop: 0.5 } }));
    const changes = { smaller: 0, nearer: 0 };
    for (const [when, { conviction, stop }] of after) {
      const own = before.get(when);
      if (own === undefined) continue;
      expect(conviction).toBeGreaterThan(0);
      expect(conviction).toBeLessThanOrEqual(own.conviction);
      expect(stop).toBeGreaterThanOrEqual(own.stop);
      if (conviction < own.conviction) changes.smaller += 1;
      if (stop > own.stop) changes.nearer += 1;
    }
    expect(changes.smaller).toBeGreaterThan(5);
    expect(changes.nearer).toBeGreaterThan(5);
  });

  it("a stop that it brings nearer makes no order larger", () => {
    // So small that risk alone decides, and no cap.
    const little = ["sizing.riskPerTrade=0.0002"];
    const first = (given?: Partial<SignalSettings>) => {
      const { orders } = run(given, little).loop.execute;
      return orders.get(0 as never, OrderField.requested);
    };
    const near = { threshold: 0, uses: { filter: true, scale: false, tightenStop: 0.9 } };
    expect(first(near)).toBe(first());
    expect(first(near)).toBeGreaterThan(0);
  });

  it("Kelly takes its edge from the model, entry by entry", () => {
    const kelly = ["sizing.kelly.enabled=true"];
    const bindings = (of: EngineRun) => {
      const { orders } = of.loop.execute;
      return Array.from({ length: orders.length }, (_, n) => orders.get(n as never, OrderField.sizing));
    };
    const cold = run(undefined, kelly);
    const known = run({}, kelly);
    // What the record cannot know yet the model may say from the first trade on.
    expect(bindings(cold)).not.toEqual(bindings(known));
    const worthless = run({ threshold: 0, win: 0.01, loss: 0.05 }, kelly);
    expect(worthless.loop.execute.orders.length).toBe(0);
    expect(worthless.loop.compute.unsized.get("kelly")).toBeGreaterThan(10);
  });
});

describe("a signal model", () => {
  const model = new SignalModel({
    id: "m@1",
    text,
    settings: { ...settings, uses: { ...uses, scale: true, tightenStop: 0.5 } },
  });

  it("reads its inputs by name, and a missing one goes where the trees send it", () => {
    expect(model.features).toEqual(["rsi_14", "atr_14"]);
    expect(model.probability(Float64Array.of(60, 1))).toBeCloseTo(likely, 12);
    expect(model.probability(Float64Array.of(50, 1))).toBeCloseTo(unlikely, 12);
    expect(model.probability(Float64Array.of(Number.NaN, 1))).toBeCloseTo(likely, 12);
  });

  it("is whole where it is sure, least where it breaks even, and its stop stays on its side", () => {
    expect(model.strength(likely)).toBe(1);
    expect(model.strength(0.5)).toBe(0.1);
    expect(model.strength(0.2)).toBe(0.1);
    expect(model.strength(Number.NaN)).toBe(0.1);
    expect(model.stop(likely, 100, 90)).toBe(90);
    expect(model.stop(0.5, 100, 90)).toBe(95);
    expect(model.stop(0.5, 100, 110)).toBe(105);
    expect(model.stop(0.5, 100, Number.NaN)).toBeNaN();
  });
});
