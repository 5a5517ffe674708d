/** A strategy as a user writes one, for tests: long above its average. */
import { atr, defineStrategy, output, sma, z } from "plimsoll/strategy";

const params = z.strictObject({
  period: z.int().min(2).max(500).default(20),
  /** After so many bars of an instrument it does what `does` says; 0: never. */
  after: z.int().min(0).default(0),
  does: z.enum(["throws", "hangs", "raves", "tarries"]).default("throws"),
});

/** What no view tells: milliseconds that the machine is slow at a decision that tarries. */
const slowness = (): number =>
  ((globalThis as Record<symbol, unknown>)[Symbol.for("plimsoll.test.slow")] as number | undefined) ?? 0;

export const strategy = defineStrategy({
  id: "above_average",
  card: { idea: "Hold what is above its average.", source: "tests", failsWhen: "Sideways markets." },
  timeframes: ["1d", "1m"],
  params,
  sizing: "fixed_risk",
  reasons: { above: "close {0} above {1}", below: "close {0} below {1}" },
  memory: { bars: 0 },
  features: ({ period }) => ({
    average: output(sma({ period })),
    range: output(atr({ period: 14 }), "atr_14"),
  }),
  decide(view, { after, does }) {
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      view.memory.bars.set(i, view.memory.bars.at(i) + 1);
      const isOver = after > 0 && view.memory.bars.at(i) > after;
      if (isOver && does === "throws") throw new RangeError("as it was told");
      while (isOver && does === "hangs");
      if (does === "tarries" && n === 0 && view.memory.bars.at(i) === after + 1)
        for (const until = Date.now() + slowness(); Date.now() < until; );
      const [close, mean, range] = [view.close(i), view.feature.average.at(i), view.feature.range.at(i)];
      const stop = isOver && does === "raves" ? -1 : close - 2 * range;
      if (close > mean) view.enter({ instrument: i, conviction: 1, stop }, "above", close, mean);
      else if (view.position(i) > 0) view.exit(i, "below", close, mean);
    }
  },
});
