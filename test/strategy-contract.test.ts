/**
 * What every registered strategy keeps while it trades (strategy.ts, ST-1 to ST-3). Goal: registering one is
 * enough to be held to it. Method: seeded columns with trends, gaps, a late listing and a death, long enough for
 * every warm-up; each test first shows that its subject spoke.
 */
import { describe, expect, it } from "vitest";
import { batchCount } from "../src/domain/bars.ts";
import { strategies } from "../src/strategies/registry.ts";
import { StrategyDriver } from "./strategy-driver.ts";
import { worldFor } from "./strategy-world.ts";

const seeds = [1, 2, 3] as const;
const SESSIONS = 600;

describe.each(strategies)("$id", (module) => {
  const { bind } = module;
  const worlds = new Map(seeds.map((seed) => [seed, worldFor(module, { seed, sessions: SESSIONS })]));
  const driverOf = (seed: (typeof seeds)[number]) => {
    const { columns, references } = worlds.get(seed) ?? worldFor(module, { seed, sessions: SESSIONS });
    return { columns, driver: () => new StrategyDriver(bind({}), columns, references) };
  };
  const wishesOf = (seed: (typeof seeds)[number]) => driverOf(seed).driver().run().wishes;

  it.each(seeds)("ST-1 gives the same wishes again on the same bars, seed %i", (seed) => {
    const first = wishesOf(seed);
    expect(first.length).toBeGreaterThan(0);
    expect(wishesOf(seed)).toStrictEqual(first);
  });

  it.each(seeds)("ST-2 goes on bit for bit from a state that was written down, seed %i", (seed) => {
    const { columns, driver } = driverOf(seed);
    const whole = wishesOf(seed);
    for (const share of [0.1, 0.35, 0.6, 0.85]) {
      const cut = Math.floor(batchCount(columns) * share);
      const written = structuredClone(driver().run(cut).save());
      const resumed = driver().load(written, cut).run().wishes;
      expect(resumed).toStrictEqual(whole.filter(({ batch }) => batch >= cut));
    }
  });

  it.each(seeds)("ST-3 every entry has a direction, and a stop on its losing side, seed %i", (seed) => {
    const entries = wishesOf(seed).flatMap(({ entry, close }) =>
      entry === undefined ? [] : [{ ...entry, close }],
    );
    expect(entries.length).toBeGreaterThan(0);
    for (const { conviction, stop, target, close } of entries) {
      expect(Math.abs(conviction)).toBeGreaterThan(0);
      expect(Math.abs(conviction)).toBeLessThanOrEqual(1);
      const side = Math.sign(conviction);
      if (stop !== undefined)
        expect(Number.isFinite(stop) && stop > 0 && side * (close - stop) > 0).toBe(true);
      if (target !== undefined) expect(Number.isFinite(target) && side * (target - close) > 0).toBe(true);
    }
  });

  it.each(seeds)(
    "ST-3 every reason is declared and all holes of its sentence are filled, seed %i",
    (seed) => {
      const sentences = new Map(bind({}).reasons);
      const spoken = wishesOf(seed).filter(({ kind }) => kind !== "protect");
      for (const { reason, numbers } of spoken) {
        const holes = [...(sentences.get(reason) ?? "undeclared {0} {1} {2} {3} {4}").matchAll(/\{\d\}/g)]
          .length;
        expect(numbers.length, reason).toBe(holes);
        expect(numbers.every(Number.isFinite), reason).toBe(true);
      }
      for (const { stop } of wishesOf(seed)) expect(stop === Number.POSITIVE_INFINITY).toBe(false);
    },
  );

  it("is heard to enter and, where it ever leaves, to leave", () => {
    const heard = new Set(
      seeds.flatMap((seed) => wishesOf(seed).map(({ reason }) => reason)).filter(Boolean),
    );
    expect(heard.size).toBeGreaterThanOrEqual(Math.min(2, bind({}).reasons.length));
  });
});
