/**
 * Buy and hold: enter every instrument once, at the first chance, and never leave.
 *
 * It is the yardstick: a strategy that does not beat it after costs has only added work. Sizing is by
 * allocation, so the position cap of the risk gate still binds; raise it for an undiluted benchmark.
 */
import { z } from "zod";
import { defineStrategy } from "./strategy.ts";

export const buyAndHold = defineStrategy({
  id: "buy_and_hold",
  card: {
    idea: "Own the market; earn its premium for bearing its risk.",
    source: "Sharpe 1991, The Arithmetic of Active Management",
    failsWhen: "Prices fall: it never leaves, so it suffers every drawdown in full.",
  },
  timeframes: ["1d", "5m", "1m", "1s"],
  params: z.strictObject({}),
  sizing: "allocation",
  reasons: { first: "first bar seen, close {0}" },
  memory: { entered: 0 },
  features: () => ({}),

  decide(view) {
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      if (view.memory.entered.at(i) === 1) continue;
      view.enter({ instrument: i, conviction: 1 }, "first", view.close(i));
      view.memory.entered.set(i, 1);
    }
  },
});
