/** Enters whatever it sees a bar of and does not hold, with a stop: a decision a bar, for measuring how long one takes. */
import { z } from "zod";
import { defineStrategy } from "../../src/strategies/strategy.ts";

const STOP = 0.98;

export const everyBar = defineStrategy({
  id: "every_bar",
  card: { idea: "An entry a bar", source: "PERFORMANCE.md", failsWhen: "It is a yardstick, not an edge." },
  timeframes: ["1m"],
  params: z.strictObject({}),
  sizing: "fixed_shares",
  reasons: { bar: "a bar closed at {0}" },
  memory: {},
  features: () => ({}),

  decide(view) {
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      if (view.position(i) !== 0) continue;
      const close = view.close(i);
      view.enter({ instrument: i, conviction: 1, stop: close * STOP }, "bar", close);
    }
  },
});
