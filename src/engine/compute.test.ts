/**
 * Goal    show what a strategy sees and what becomes of its words: readiness, holding times, time stops,
 *         stops that only tighten, and silence outside its own turn.
 * Method  the compute stage alone, fed bars and fills by hand.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { strategyOf } from "../../test/engine-world.ts";
import type { BarColumns } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { sizingParams } from "../ensemble/sizing.ts";
import { executionParams } from "../execution/order-policy.ts";
import { worldOf } from "../features/batch.ts";
import type { Feature } from "../features/feature.ts";
import type { BoundStrategy, StrategyView } from "../strategies/strategy.ts";
import { ComputeStage } from "./compute.ts";
import type { ComputeConfig } from "./compute-config.ts";
import { SignalField, STOP_MOVED, sentence, TIME_STOP } from "./signal-table.ts";

type View = StrategyView<string, string, string>;
const I = 0 as InstrumentId;
const sessions = testSessions(20, 390);
const closes = Array.from({ length: 20 }, (_, n) => barClose(sessions, n));
const flat = "100/100/100/100";

class Stage {
  readonly compute: ComputeStage;
  readonly columns: BarColumns;
  #batch = 0;

  constructor(columns: BarColumns, strategies: readonly BoundStrategy[], parts: Partial<ComputeConfig> = {}) {
    this.columns = columns;
    this.compute = new ComputeStage({
      timeframe: columns.timeframe,
      world: worldOf(columns),
      strategies: strategies.map((strategy) => ({ strategy, allocation: 1, positions: 10 })),
      sizing: sizingParams.parse({ capital: 100_000, atr: { floor: 1 } }),
      ensemble: ensembleParams.parse({}),
      execution: executionParams.parse({}),
      ...parts,
    });
  }

  batch() {
    const { closedAt, offset } = this.columns;
    const n = this.#batch++;
    return { at: closedAt[n] as EpochMicros, from: offset[n]!, to: offset[n + 1]!, columns: this.columns };
  }

  bar(enteredToday = 0) {
    const account = {
      equity: 100_000,
      availableCash: 100_000,
      scalar: 1,
      enteredToday: () => enteredToday,
      allowsEntries: () => true,
    };
    this.compute.bars(this.batch(), account);
    return [...this.compute.intents];
  }

  /** A fill of the order behind signal row `signal`. */
  fill(signedShares: number, signal: number, strategy = 0): void {
    this.compute.filled({
      strategy,
      instrument: I,
      signedShares,
      price: 100,
      signal,
      closedReturn: Number.NaN,
    });
  }
}

const oneInstrument = (count: number) =>
  columnsOf("1d", 1, bars(0, Array(count).fill(flat).join(" "), closes));

/** Is NaN on every second bar of an instrument. */
const blinking: Feature = {
  key: "blinking",
  name: "blinking",
  family: "price",
  inputs: ["close"],
  params: {},
  outputs: ["blinking"],
  units: ["ratio"],
  warmup: 1,
  reference: "test",
  start({ instruments }) {
    const value = new Float64Array(instruments).fill(Number.NaN);
    const count = new Float64Array(instruments);
    return {
      outputs: [value],
      update({ columns: { instrument }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          count[i] = count[i]! + 1;
          value[i] = count[i]! % 2 === 0 ? count[i]! : Number.NaN;
        }
      },
      save: () => ({}),
      load: () => undefined,
    };
  },
};

describe("what a strategy sees", () => {
  it.each([
    { acceptsMissing: false, ready: ["", "1", "0", "", "0 1", ""] },
    { acceptsMissing: true, ready: ["1", "0 1", "0 1", "0", "0 1", "1"] },
  ])(
    "ready: a bar now and, unless missing values are accepted ($acceptsMissing), no NaN",
    ({ acceptsMissing, ready }) => {
      const first = `- ${flat} ${flat} ${flat} ${flat} -`;
      const second = `${flat} ${flat} ${flat} - ${flat} ${flat}`;
      const columns = columnsOf("1d", 2, [...bars(0, first, closes), ...bars(1, second, closes)]);
      const seen: string[] = [];
      const features: BoundStrategy["features"] = [["blink", { feature: blinking, output: 0 }]];
      const look = (view: View) => {
        seen.push(Array.from({ length: view.size }, (_, n) => view.instrument(n)).join(" "));
        for (let n = 0; n < view.size; n++) {
          if (!acceptsMissing) expect(view.feature.blink?.at(view.instrument(n))).not.toBeNaN();
        }
      };
      const strategy = strategyOf(look, { features, acceptsMissing });
      const stage = new Stage(columns, [strategy]);
      const told = Array.from({ length: 6 }, () => {
        seen.length = 0;
        stage.bar();
        return seen[0] ?? "";
      });
      expect(told).toEqual(ready);
    },
  );

  it("barsHeld is 0 on the bar of the first fill and counts the instrument's own bars", () => {
    const held: number[] = [];
    const strategy = strategyOf((view) => {
      if (view.size > 0 && view.position(I) !== 0) held.push(view.barsHeld(I));
      if (view.position(I) === 0) view.enter({ instrument: I, conviction: 1 }, "because");
    });
    const stage = new Stage(
      columnsOf("1d", 2, [
        ...bars(0, `${flat} ${flat} - ${flat} ${flat}`, closes),
        ...bars(1, Array(5).fill(flat).join(" "), closes),
      ]),
      [{ ...strategy, decide: (view) => (view.instrument(0) === I ? strategy.decide(view) : undefined) }],
    );
    stage.bar();
    stage.fill(10, 0);
    stage.bar();
    // More of the same entry does not start the count again.
    stage.fill(10, 0);
    stage.bar();
    stage.bar();
    stage.bar();
    expect(held).toEqual([0, 1, 2]);
    expect(stage.compute.averageEntry(0, I)).toBe(100);
  });

  it("a reason that was not declared is refused by name", () => {
    const stage = new Stage(oneInstrument(1), [strategyOf((view) => view.exit(I, "whim"))]);
    expect(() => stage.bar()).toThrow("strategy test declares no reason whim");
  });
});

describe("time stops", () => {
  it("the engine asks to leave once the bars are held, again until the position is gone, and never after", () => {
    const strategy = strategyOf((view) => {
      if (view.at === closes[0]) view.enter({ instrument: I, conviction: 1, timeStopBars: 2 }, "because");
    });
    const stage = new Stage(oneInstrument(9), [strategy]);
    stage.bar();
    stage.fill(10, 0);
    const kinds = [1, 2, 3, 4].map(() => stage.bar().map(({ kind }) => kind));
    expect(kinds).toEqual([[], [], ["Exit"], ["Exit"]]);
    stage.fill(-10, 1);
    expect(stage.bar()).toEqual([]);
    const { signals } = stage.compute;
    expect(signals.get(1, SignalField.reason)).toBe(TIME_STOP);
    expect(sentence(signals, 1, strategy.reasons)).toBe("held 2 bars, the time stop");
    expect(sentence(signals, 0, strategy.reasons)).toBe("because of no data");
  });

  it("an entry that never filled leaves no time stop behind", () => {
    const strategy = strategyOf((view) => {
      if (view.at === closes[0]) view.enter({ instrument: I, conviction: 1, timeStopBars: 1 }, "because");
      if (view.at === closes[2]) view.enter({ instrument: I, conviction: 1 }, "because");
    });
    const stage = new Stage(oneInstrument(9), [strategy]);
    for (let n = 0; n < 3; n++) stage.bar();
    stage.fill(10, 1);
    expect([1, 2, 3, 4].flatMap(() => stage.bar())).toEqual([]);
  });

  it("turning around swaps the time stop: the old one ends with its lot, the new one starts with its own", () => {
    const strategy = strategyOf((view) => {
      if (view.at === closes[0]) view.enter({ instrument: I, conviction: 1, timeStopBars: 9 }, "because");
      if (view.at === closes[2]) view.enter({ instrument: I, conviction: -1, timeStopBars: 1 }, "because");
    });
    const stage = new Stage(oneInstrument(9), [strategy]);
    stage.bar();
    stage.fill(10, 0);
    stage.bar();
    stage.bar();
    stage.fill(-10, 1);
    stage.fill(-10, 1);
    expect(stage.bar()).toEqual([]);
    expect(stage.bar().map(({ kind }) => kind)).toEqual(["Exit"]);
  });
});

it("asking again for what is held is not even a signal; asking for the other side is", () => {
  const strategy = strategyOf((view) => {
    view.enter({ instrument: I, conviction: view.at < closes[2]! ? 1 : -1 }, "because");
  });
  const stage = new Stage(oneInstrument(3), [strategy]);
  stage.bar();
  stage.fill(10, 0);
  expect(stage.bar()).toEqual([]);
  expect(stage.compute.signals.length).toBe(1);
  expect(stage.bar()).toMatchObject([{ kind: "Enter" }]);
});

it("one fill that turns the position around starts the count and the time stop again", () => {
  const held: number[] = [];
  const strategy = strategyOf((view) => {
    held.push(view.barsHeld(I));
    if (view.at === closes[0]) view.enter({ instrument: I, conviction: 1, timeStopBars: 9 }, "because");
    if (view.at === closes[2]) view.enter({ instrument: I, conviction: -1, timeStopBars: 1 }, "because");
  });
  const stage = new Stage(oneInstrument(6), [strategy]);
  stage.bar();
  stage.fill(10, 0);
  stage.bar();
  stage.bar();
  stage.fill(-20, 1);
  held.length = 0;
  expect([stage.bar(), stage.bar()].map((intents) => intents.map(({ kind }) => kind))).toEqual([
    [],
    ["Exit"],
  ]);
  expect(held).toEqual([0, 1]);
});

describe("I-36: protect", () => {
  /** What reaches execute when protect is called with these stops, one per bar, on 10 shares entered with stop 95. */
  function moved(side: number, entryStop: number | undefined, stops: readonly number[]): number[] {
    const strategy = strategyOf((view) => {
      const n = closes.indexOf(view.at);
      const stop = entryStop === undefined ? {} : { stop: entryStop };
      if (n === 0) view.enter({ instrument: I, conviction: side, ...stop }, "because");
      else view.protect(I, stops[n - 1] as number);
    });
    const stage = new Stage(oneInstrument(12), [strategy]);
    stage.bar();
    stage.fill(side * 10, 0);
    const intents = stops.flatMap(() => stage.bar());
    for (let row = 1; row < stage.compute.signals.length; row++) {
      expect(stage.compute.signals.get(row, SignalField.reason)).toBe(STOP_MOVED);
    }
    return intents.map((intent) => (intent.kind === "Protect" ? intent.stop : Number.NaN));
  }

  it("raises a long's stop and never lowers it", () => {
    expect(moved(1, 95, [94, 95, 96, 95.5, 96, 97, Number.NaN, 90])).toEqual([96, 97]);
  });

  it("lowers a short's stop and never raises it", () => {
    expect(moved(-1, 105, [106, 104, 104.5, 103])).toEqual([104, 103]);
  });

  it("sets a first stop where there was none", () => {
    expect(moved(1, undefined, [90, 89, 91])).toEqual([90, 91]);
  });

  it("says nothing while flat", () => {
    const stage = new Stage(oneInstrument(2), [strategyOf((view) => view.protect(I, 90))]);
    expect(stage.bar()).toEqual([]);
    expect(stage.compute.signals.length).toBe(0);
  });
});

describe("CP-2: a strategy speaks in its own turn", () => {
  const kept: View[] = [];
  const quiet = strategyOf((view) => void kept.push(view), { id: "quiet" });
  const borrower = strategyOf(() => kept[0]?.exit(I, "because"), { id: "borrower" });
  const words: readonly [string, (view: View) => void][] = [
    ["enter", (view) => view.enter({ instrument: I, conviction: 1 }, "because")],
    ["exit", (view) => view.exit(I, "because")],
    ["protect", (view) => view.protect(I, 90)],
  ];

  it.each(words)("%s between two bars throws", (_, speak) => {
    kept.length = 0;
    const stage = new Stage(oneInstrument(3), [quiet]);
    stage.bar();
    expect(() => speak(kept[0] as View)).toThrow(/CP-2/);
  });

  it("speaking through another strategy's view throws", () => {
    kept.length = 0;
    const stage = new Stage(oneInstrument(3), [quiet, borrower]);
    expect(() => stage.bar()).toThrow(/CP-2/);
  });
});

it("warming up feeds features and bar counts without a decision", () => {
  let asked = 0;
  const strategy = strategyOf(() => void asked++, {
    features: [["blink", { feature: blinking, output: 0 }]],
  });
  const stage = new Stage(oneInstrument(4), [strategy]);
  stage.compute.warm(stage.batch());
  expect(asked).toBe(0);
  stage.bar();
  expect(asked).toBe(1);
  expect(stage.compute.bank.warmup("1d")).toBe(1);
});

it("an entry with money that fills late takes its twin on paper back", () => {
  const columns = columnsOf("1d", 1, bars(0, `${flat} ${flat} ${flat} ${flat}`, closes));
  const wants = strategyOf((view) => view.enter({ instrument: I, conviction: 1, stop: 95 }, "because"), {
    sizing: "fixed_risk",
  });
  const paper: ComputeConfig["paper"] = {
    startSession() {},
    update() {},
    action() {},
    lends: () => true,
    trades: () => true,
    most: () => 1e6,
    paid: (_order, _batch, { price }) => price,
    fees: () => 0,
  };
  const sizing = sizingParams.parse({
    capital: 100_000,
    atr: { floor: 1 },
    adv: { fraction: 1 },
    kelly: { minTrades: 1, gapLoss: 1 },
  });
  const late = (isFilled: boolean) => {
    const stage = new Stage(columns, [wants], { sizing, paper });
    const own = { strategy: 0, instrument: I, price: 100, signal: -1 };
    stage.compute.filled({ ...own, signedShares: 1, closedReturn: Number.NaN });
    stage.compute.filled({ ...own, signedShares: -1, closedReturn: -0.01 });
    expect(stage.bar()).toEqual([]);
    if (isFilled) stage.compute.filled({ ...own, signedShares: 7, closedReturn: Number.NaN });
    stage.bar();
    const seen = stage.compute.shares(0, I);
    if (isFilled) stage.compute.filled({ ...own, signedShares: -7, closedReturn: 0 });
    return [seen, stage.compute.shares(0, I), stage.compute.followedOnPaper.get("kelly")];
  };
  const [onPaper = 0] = late(false);
  expect(onPaper).toBeGreaterThan(7);
  expect(late(false)).toEqual([onPaper, onPaper, 1]);
  expect(late(true)).toEqual([7, 0, 1]);
});

it("what one batch commits is gone for the next entry of that batch", () => {
  const strategy = strategyOf((view) => {
    for (let n = 0; n < view.size; n++)
      view.enter({ instrument: view.instrument(n), conviction: 1 }, "because");
  });
  const all = Array.from({ length: 3 }, (_, n) => bars(n, flat, closes)).flat();
  const stage = new Stage(columnsOf("1d", 3, all), [strategy]);
  stage.compute.bars(stage.batch(), {
    equity: 100_000,
    availableCash: 12_000,
    scalar: 1,
    enteredToday: () => 0,
    allowsEntries: () => true,
  });
  // 5 % of equity stays cash: 7,000 dollars are free, 5,000 at most for one position, at 100.50 a share.
  expect(stage.compute.intents.map((intent) => (intent.kind === "Enter" ? intent.shares : 0))).toEqual([
    49, 20,
  ]);
});

it("what scales new longs does not scale those of a refuge", () => {
  const strategy = strategyOf((view) => {
    for (let n = 0; n < view.size; n++)
      view.enter({ instrument: view.instrument(n), conviction: n === 2 ? -1 : 1 }, "because");
  });
  const all = Array.from({ length: 3 }, (_, n) => bars(n, flat, closes)).flat();
  const stage = new Stage(columnsOf("1d", 3, all), [strategy], { refuges: [1 as InstrumentId] });
  stage.compute.bars(stage.batch(), {
    ...{ equity: 100_000, availableCash: 100_000, scalar: 1, longScalar: 0.2 },
    ...{ enteredToday: () => 0, allowsEntries: () => true },
  });
  const sizes = stage.compute.intents.map((intent) => (intent.kind === "Enter" ? intent.shares : 0));
  expect(sizes).toEqual([19, 49, -50]);
});

describe("what a size is made of", () => {
  const risking = (parts: Partial<BoundStrategy> = {}) =>
    strategyOf((view) => view.enter({ instrument: I, conviction: 1, stop: 80 }, "because"), {
      sizing: "fixed_risk",
      ...parts,
    });
  const entries = (stage: Stage, enteredToday = 0) =>
    stage
      .bar(enteredToday)
      .map((intent) => (intent.kind === "Enter" ? `${intent.shares} ${intent.binding}` : intent.kind));
  const market = { execution: executionParams.parse({ entryOrder: "market" }) };
  /** One round trip of 10 shares with this net return. */
  const trade = (stage: Stage, closedReturn: number, strategy = 0) => {
    for (const [signedShares, result] of [
      [10, Number.NaN],
      [-10, closedReturn],
    ] as const)
      stage.compute.filled({
        strategy,
        instrument: I,
        signedShares,
        price: 100,
        signal: -1,
        closedReturn: result,
      });
  };

  it("cold until thirty trades of its own were closed, then Kelly's; another strategy's trades say nothing", () => {
    const stage = new Stage(oneInstrument(5), [risking(), risking({ id: "other" })], market);
    for (let n = 0; n < 29; n++) trade(stage, n % 3 === 0 ? -0.02 : 0.03);
    expect(entries(stage)).toEqual(["12 kelly_cold", "12 kelly_cold"]);
    trade(stage, 0.03);
    expect(entries(stage)).toEqual(["20 risk_per_trade", "12 kelly_cold"]);
  });

  it("without an edge nothing is asked for, and it is counted why", () => {
    const stage = new Stage(oneInstrument(5), [risking()], market);
    for (let n = 0; n < 30; n++) trade(stage, -0.01);
    expect(entries(stage)).toEqual([]);
    expect([...stage.compute.unsized]).toEqual([["kelly", 1]]);
  });

  it("a bad stretch halves the next wish, and a good one restores it", () => {
    const stage = new Stage(oneInstrument(5), [risking()], market);
    for (let n = 0; n < 20; n++) trade(stage, -0.01);
    expect(entries(stage)).toEqual(["6 performance"]);
    for (let n = 0; n < 9; n++) trade(stage, 0.03);
    expect(entries(stage)).toEqual(["12 kelly_cold"]);
  });

  it("the risk is measured from the limit of the order to the stop as it will rest", () => {
    const stage = new Stage(oneInstrument(2), [risking()]);
    // 0.25 % of 100,000 over 100.50 less 80 dollars is 12.2; from the close it would be 12.5.
    expect(entries(stage)).toEqual(["12 kelly_cold"]);
    const near = strategyOf((view) => view.enter({ instrument: I, conviction: 1, stop: 93 }, "because"), {
      sizing: "fixed_risk",
    });
    expect(entries(new Stage(oneInstrument(2), [near]))).toEqual(["33 kelly_cold"]);
  });

  it("the VIX is read at the instant of the decision; without a source its scale is off", () => {
    const asked: number[] = [];
    const vix = (at: EpochMicros) => {
      asked.push(at);
      return asked.length === 1 ? 30 : Number.NaN;
    };
    const stage = new Stage(oneInstrument(3), [risking()], { ...market, vix });
    expect(entries(stage)).toEqual(["6 vix_scale"]);
    expect(entries(stage)).toEqual([]);
    expect(asked).toEqual([closes[0], closes[1]]);
    expect([stage.compute.readsVix, new Stage(oneInstrument(1), []).compute.readsVix]).toEqual([true, false]);
  });

  it("an unknown ATR counts as the worst until fifteen bars are known", () => {
    const atr = { base: 0.015, max: 0.04, floor: 0 };
    const sizing = { ...sizingParams.parse({ capital: 100_000 }), atr };
    const stage = new Stage(oneInstrument(16), [risking()], { ...market, sizing });
    for (let n = 0; n < 14; n++) expect(entries(stage)).toEqual([]);
    expect([...stage.compute.unsized]).toEqual([["atr_scale", 14]]);
    // A price that never moves has an ATR of zero, which is no reading either (C-17).
    expect(entries(stage)).toEqual([]);
  });

  it("all strategies share one allowance of the day's volume, what works and filled today included", () => {
    const volume = (count: number) => `100/101/99/100x${count}`;
    const text = [volume(3_000), volume(3_000), volume(3_000)].join(" ");
    const stage = new Stage(columnsOf("1d", 1, bars(0, text, closes)), [risking(), risking()], market);
    expect(entries(stage)).toEqual(["12 kelly_cold", "12 kelly_cold"]);
    // One per cent of 3,000 is 30: 10 are gone, 12 and 8 are left.
    expect(entries(stage, 10)).toEqual(["12 kelly_cold", "8 adv"]);
    expect(entries(stage, 30)).toEqual([]);
  });
});
