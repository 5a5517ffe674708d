/**
 * The strategy every engine is measured with: EMA 20/50 cross on averages it keeps itself, seeded with the
 * first close, deciding from bar 50, long only, 100 shares.
 */
import { z } from "zod";
import { defineStrategy } from "../src/strategies/strategy.ts";

const FAST = 2 / 21;
const SLOW = 2 / 51;
const FIRST_DECISION = 50;

export const measuring = defineStrategy({
  id: "measuring",
  card: { idea: "EMA 20/50 cross", source: "PERFORMANCE.md", failsWhen: "It is a yardstick, not an edge." },
  timeframes: ["1m"],
  params: z.strictObject({}),
  sizing: "fixed_shares",
  reasons: { above: "EMA20 {0} above EMA50 {1}", below: "EMA20 {0} below EMA50 {1}" },
  memory: { bars: 0, fast: 0, slow: 0, above: 0 },
  features: () => ({}),

  decide(view) {
    const { bars, fast, slow, above } = view.memory;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const close = view.close(i);
      const seen = bars.at(i);
      bars.set(i, seen + 1);
      const e1 = seen === 0 ? close : fast.at(i) + FAST * (close - fast.at(i));
      const e2 = seen === 0 ? close : slow.at(i) + SLOW * (close - slow.at(i));
      fast.set(i, e1);
      slow.set(i, e2);
      const now = e1 > e2 ? 1 : 0;
      const before = above.at(i);
      if (now === before) continue;
      above.set(i, now);
      if (seen < FIRST_DECISION) continue;
      if (now === 1) view.enter({ instrument: i, conviction: 1 }, "above", e1, e2);
      else if (view.position(i) > 0) view.exit(i, "below", e1, e2);
    }
  },
});
