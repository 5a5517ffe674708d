/** What `strategy new` writes: a strategy that trades, to be changed into another one, and its test. */

export interface Skeleton {
  /** Names of files, and what stands in them. */
  readonly strategy: readonly [name: string, text: string];
  readonly test: readonly [name: string, text: string];
}

/** `id`: a to z, digits and underscores. */
export function strategySkeleton(id: string): Skeleton {
  const file = id.replaceAll("_", "-");
  return {
    strategy: [`${file}.ts`, STRATEGY.replaceAll("ID", id)],
    test: [`${file}.test.ts`, TEST.replaceAll("FILE", file)],
  };
}

/** Spelt apart: these are imports of other files, not of this one. */
const FROM = "from";

const STRATEGY = `/**
 * ID: what it does, in one sentence.
 *
 * Idea    Why should somebody pay for this?
 * Enter   the close is above its average.
 * Leave   the close is below its average, or the stop.
 * Fails   When?
 */
import { atr, defineStrategy, output, sma, z } ${FROM} "plimsoll/strategy";

/** Every number that could be another one, with its bounds and its default: \`strategies.ID.params\`. */
const params = z.strictObject({
  /** Bars of the average. */
  period: z.int().min(2).max(500).default(50),
  /** Distance of the stop below the close, in average true ranges. */
  stopAtr: z.number().positive().max(20).default(2),
});

export const strategy = defineStrategy({
  id: "ID",
  card: {
    idea: "Hold what is above its average.",
    source: "who has written about it",
    failsWhen: "Sideways markets: each crossing costs the spread and the lag.",
  },
  timeframes: ["1d"],
  params,
  sizing: "fixed_risk",
  reasons: {
    above: "close {0} above its average {1}",
    below: "close {0} below its average {1}",
  },
  /** Numbers to remember per instrument, and what they are at first. Nothing else may be remembered. */
  memory: {},
  features: ({ period }) => ({
    average: output(sma({ period })),
    range: output(atr({ period: 14 }), "atr_14"),
  }),

  /** Called when bars close. It sees them, its features and its own position, and says what it wants. */
  decide(view, { stopAtr }) {
    const { average, range } = view.feature;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const [close, mean] = [view.close(i), average.at(i)];
      if (close > mean) {
        const stop = close - stopAtr * range.at(i);
        if (stop > 0 && stop < close) view.enter({ instrument: i, conviction: 1, stop }, "above", close, mean);
      } else if (view.position(i) > 0) view.exit(i, "below", close, mean);
    }
  },
});
`;

const TEST = `/** Run it with: npx vitest run strategies/FILE.test.ts */
import { faultsOf } ${FROM} "plimsoll/strategy-test";
import { expect, test } ${FROM} "vitest";
import { strategy } ${FROM} "./FILE.ts";

/** It decides, decides the same again, wants nothing that means nothing, and knows no future, on random markets. */
test("keeps the contract of a strategy", () => {
  expect(faultsOf(strategy)).toEqual([]);
});
`;
