/** Goal: of a strategy that nobody has read, only what means something is heard. Method: one bad wish each. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { guarded } from "./guarded.ts";
import { defineStrategy, type Entry, type StrategyView } from "./strategy.ts";

type View = StrategyView<string, string, string, string>;

const NOW = 1e15 as EpochMicros;
const A = 0 as InstrumentId;

/** A view of two instruments that closed at 100, of which the second has no bar now. */
function viewOf(heard: string[]): View {
  const price = (i: InstrumentId) => (i === A ? 100 : Number.NaN);
  return {
    ...{ at: NOW, size: 1, instruments: 2, feature: {}, memory: {}, reference: {} },
    ...{ instrument: () => A, symbol: (i) => ["AAA", "BBB"][i] ?? "" },
    ...{ open: price, high: price, low: price, close: price, volume: price },
    ...{ position: () => 0, averageEntry: () => Number.NaN, barsHeld: () => 0 },
    enter: (entry, because, ...numbers) => heard.push(`enter ${JSON.stringify(entry)} ${because} ${numbers}`),
    exit: (i, because) => heard.push(`exit ${i} ${because}`),
    protect: (i, stop) => heard.push(`protect ${i} ${stop}`),
  };
}

const strategyOf = (decide: (view: View) => void) =>
  defineStrategy<object, string, string, string, string>({
    ...{ id: "probe", card: { idea: "", source: "", failsWhen: "" }, timeframes: ["1d"] as const },
    ...{ params: z.strictObject({}), sizing: "allocation" as const, reasons: { because: "{0}" }, memory: {} },
    features: () => ({}),
    decide,
  });

function heardOf(decide: (view: View) => void): { heard: string[]; thrown: unknown } {
  const heard: string[] = [];
  let thrown: unknown;
  try {
    guarded(strategyOf(decide).bind({}), { call: (decide) => decide() }).decide(viewOf(heard));
  } catch (error) {
    thrown = error;
  }
  return { heard, thrown };
}

const good: Entry = { instrument: A, conviction: 0.5, stop: 95, target: 110, timeStopBars: 5, when: "now" };

describe("GS-2", () => {
  const wrong: readonly (readonly [string, Partial<Record<keyof Entry, unknown>>, RegExp])[] = [
    ["a conviction of NaN", { conviction: Number.NaN }, /AAA: conviction NaN must be/],
    ["a conviction of 0", { conviction: 0 }, /conviction 0/],
    ["a conviction of 2", { conviction: 2 }, /conviction 2/],
    ["a conviction that is a text", { conviction: "1" }, /conviction 1/],
    ["a negative stop", { stop: -5 }, /stop -5 must be a price on the losing side of 100/],
    ["a stop of NaN", { stop: Number.NaN }, /stop NaN/],
    ["a stop above the price of a long", { stop: 101 }, /stop 101/],
    ["a target below it", { target: 99 }, /target 99/],
    ["an infinite target", { target: Number.POSITIVE_INFINITY }, /target Infinity/],
    ["half a bar", { timeStopBars: 0.5 }, /timeStopBars 0.5/],
    ["another time", { when: "yesterday" }, /when yesterday/],
    ["a symbol", { instrument: "AAA" }, /instrument AAA is none of this run/],
    ["an instrument beyond the last", { instrument: 2 }, /instrument 2 is none/],
    ["a negative instrument", { instrument: -1 }, /instrument -1/],
    ["another leg that is nobody", { together: 7 }, /instrument 7/],
  ];
  it.each(wrong)("%s is refused by name", (_, part, words) => {
    const { heard, thrown } = heardOf((view) => view.enter({ ...good, ...part } as Entry, "because", 1));
    expect(heard).toEqual([]);
    expect(thrown).toMatchObject({ name: "RangeError" });
    expect(String(thrown)).toMatch(words);
  });

  it.each([
    ["an undeclared reason", (view: View) => view.exit(A, "whim"), /reason whim is not declared/],
    ["a fifth number", (view: View) => view.exit(A, "because", 1, 2, 3, 4, 5), /up to 4 numbers/],
    ["a stop of nothing", (view: View) => view.protect(A, Number.NaN), /AAA: stop NaN/],
    ["a position of nobody", (view: View) => void view.position(9 as InstrumentId), /instrument 9/],
  ])("%s is refused by name", (_, wish, words) => {
    expect(String(heardOf(wish).thrown)).toMatch(words);
  });

  it("what is right is said as it was, in its order", () => {
    const { heard, thrown } = heardOf((view) => {
      view.enter(good, "because", 7);
      view.protect(A, 90);
      view.exit(1 as InstrumentId, "because");
    });
    expect(thrown).toBeUndefined();
    expect(heard).toEqual([`enter ${JSON.stringify(good)} because 7`, "protect 0 90", "exit 1 because"]);
  });
});

it("GS-1 a decision that throws has said nothing", () => {
  const { heard, thrown } = heardOf((view) => {
    view.enter(good, "because", 7);
    throw new TypeError("half way");
  });
  expect([heard, String(thrown)]).toEqual([[], "TypeError: half way"]);
});

it("GS-1 an async decision has said nothing, and what it throws later ends nobody", async () => {
  const later = async (view: View) => {
    view.enter(good, "because", 7);
    await undefined;
    throw new TypeError("too late");
  };
  const { heard, thrown } = heardOf(later as unknown as (view: View) => void);
  expect([heard, String(thrown)]).toEqual([[], expect.stringContaining("decide is async")]);
  // A rejection that nobody heard would fail this file.
  await new Promise((done) => setImmediate(done));
});

describe("GS-3", () => {
  /** Runs the decision, and says what of it was touched when its time was over. */
  function throwing(thrown: (touch: () => void) => unknown): { touched: number; caught: unknown } {
    const bound = strategyOf(() => {
      throw thrown(() => {
        if (!isTimed) touched += 1;
      });
    }).bind({});
    let isTimed = false;
    let touched = 0;
    const call = (decide: () => void) => {
      isTimed = true;
      try {
        decide();
      } finally {
        isTimed = false;
      }
    };
    try {
      guarded(bound, { call }).decide(viewOf([]));
    } catch (caught) {
      const { name, message, stack } = caught as Error;
      return { touched, caught: typeof caught === "string" ? caught : [name, message, typeof stack] };
    }
    return { touched, caught: undefined };
  }

  it("runs no code of what was thrown after the decision", () => {
    const text = (touch: () => void) => ({
      toString() {
        touch();
        return "a thing";
      },
    });
    expect(throwing(text)).toEqual({ touched: 0, caught: "a thing" });
    const error = (touch: () => void) =>
      Object.defineProperty(new TypeError(), "message", {
        get() {
          touch();
          return "of its own";
        },
      });
    expect(throwing(error)).toEqual({ touched: 0, caught: ["TypeError", "of its own", "string"] });
  });

  it("keeps it short", () => {
    expect(String(throwing(() => "x".repeat(1e6)).caught)).toHaveLength(10_000);
  });
});

describe("what begins anew", () => {
  const boundTo = (decide: () => void) => strategyOf(decide).bind({});

  it("is made in the time of its next decision, and forgets what was before", () => {
    const said: string[] = [];
    let made = 0;
    const anew = () => {
      made += 1;
      return boundTo(() => said.push(`new ${made}`));
    };
    const strategy = guarded(
      boundTo(() => said.push("first")),
      { call: (decide) => decide(), anew },
    );
    strategy.decide(viewOf([]));
    strategy.renew?.();
    expect(made).toBe(0);
    for (let n = 0; n < 2; n++) strategy.decide(viewOf([]));
    expect(said).toEqual(["first", "new 1", "new 1"]);
  });

  it("and cannot be made has thrown in that decision, and is made at the next one", () => {
    let isThere = false;
    const anew = () => {
      if (!isThere) throw new SyntaxError("no file");
      return boundTo(() => undefined);
    };
    const strategy = guarded(
      boundTo(() => undefined),
      { call: (decide) => decide(), anew },
    );
    strategy.renew?.();
    expect(() => strategy.decide(viewOf([]))).toThrow("no file");
    isThere = true;
    strategy.decide(viewOf([]));
  });
});
