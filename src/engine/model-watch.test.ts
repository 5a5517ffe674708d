/**
 * Goal    the watch counts each entry once, lays an outcome to the word that opened the lot and to no other, and what
 *         was let go stays out (MD-1, MD-2, LEARN-9).
 */
import { describe, expect, it } from "vitest";
import type { InstrumentId } from "../domain/instrument.ts";
import type { DriftReference } from "../models/drift/drift-reference.ts";
import type { BoundStrategy, Entry } from "../strategies/strategy.ts";
import { ModelWatch } from "./model-watch.ts";

const [FIRST, SECOND] = [0 as InstrumentId, 1 as InstrumentId];
const half = { edges: [0.5], shares: [0.5, 0.5], missing: 0 };
const reference: DriftReference = {
  inputs: [{ name: "x", ...half }],
  probability: { name: "probability", ...half },
  baseRate: 0.5,
};
const params = { entries: 4, psi: 0.25, inputs: 0, trades: 100, significance: 0.01, demotedScale: 0.5 };
const strategy = { model: { id: "m@1", reference } } as unknown as BoundStrategy;

const watch = (more: Partial<typeof params> = {}): ModelWatch =>
  ModelWatch.of([{ strategy }], 2, { ...params, ...more })!;

/** Half of the inputs and half of the words on either side are as in the reference. */
function entry(instrument: InstrumentId, x: number, probability = x): Entry {
  const rules = { instrument, conviction: 0.8, stop: 90 };
  const figures = { threshold: 0.5, events: 9, win: 0.1, loss: 0.1, inputs: Float64Array.of(x), rules };
  return {
    ...rules,
    conviction: 0.4,
    stop: 95,
    advice: { model: "m@1", probability, follows: true, ...figures },
  };
}

describe("a watch", () => {
  it("is none where no model decides, or none that has a reference", () => {
    const bare = { model: { id: "m@1" } } as unknown as BoundStrategy;
    expect(ModelWatch.of([{ strategy: bare }], 2, params)).toBeUndefined();
    expect(ModelWatch.of([{ strategy }], 2, undefined)).toBeUndefined();
  });

  it("counts a wish that is repeated bar after bar once, per instrument", () => {
    const [of, asked] = [watch(), entry(FIRST, 0.9)];
    for (let bar = 1; bar <= 50; bar++) expect(of.entry(0, asked, bar, bar)).toBe(asked);
    of.entry(0, entry(SECOND, 0.9), 51, 50);
    of.entry(0, asked, 52, 60);
    expect(of.takeDemoted()).toEqual([]);
    of.entry(0, asked, 53, 70);
    expect(of.takeDemoted()).toMatchObject([{ model: "m@1", strategy: 0 }]);
  });

  it("lets go at the very entry that is one too many, tells it once, and never asks back", () => {
    const of = watch();
    const made = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1].map((x, n) => of.entry(0, entry(FIRST, x), n, 10 * n));
    expect(made.map(({ conviction }) => conviction)).toEqual([0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]);
    expect(made.map(({ stop }) => stop)).toEqual([95, 95, 95, 90, 90, 90, 90]);
    expect(made[3]).toMatchObject({ beside: [{ model: "m@1", isDemoted: true, probability: 0.9 }] });
    expect(made[3]?.advice).toBeUndefined();
    expect([of.takeDemoted().length, of.takeDemoted().length]).toEqual([1, 0]);
  });

  it("lays an outcome to the word of the signal that opened the lot", () => {
    const of = watch({ entries: 1000 });
    for (let n = 0; n < 20; n++) {
      // The order of the first filled; by then the same had been asked for again, with another word.
      of.entry(0, entry(FIRST, 0.5, 0.95), 3 * n, 100 * n);
      of.entry(0, entry(FIRST, 0.5, 0.05), 3 * n + 1, 100 * n + 1);
      of.opened(0, FIRST, 3 * n);
      of.opened(0, SECOND, 3 * n + 1);
      of.closed(0, SECOND, -0.01);
      of.closed(0, FIRST, 0.01);
      // Nobody spoke of that lot.
      of.closed(0, FIRST, -0.01);
    }
    expect(of.takeDemoted()).toEqual([]);
    for (let n = 0; n < 3; n++) {
      of.entry(0, entry(FIRST, 0.5, 0.95), 1000 + n, 100_000 + n);
      of.opened(0, FIRST, 1000 + n);
      of.closed(0, FIRST, -0.01);
    }
    expect(of.takeDemoted()).toEqual([]);
    const anew = watch({ entries: 1000 });
    for (let n = 0; n < 3; n++) {
      anew.entry(0, entry(FIRST, 0.5, 0.95), n, n);
      anew.opened(0, FIRST, n);
      anew.closed(0, FIRST, -0.01);
    }
    expect(anew.takeDemoted()[0]?.reason).toContain("over 3 closed trades");
  });
});
