/**
 * A strategy that enters, leaves and moves its stop at random. Its dice are a function of the seed and the minute, so
 * a restarted engine that sees the same view decides the same (ST-1).
 */
import { createRng } from "../../numerics/rng.ts";
import type { BoundStrategy, StrategyView } from "../../strategies/strategy.ts";

export interface RestlessParams {
  readonly seed: number;
  /** Asks for the opposite side while it holds one. */
  readonly turnsAround: boolean;
}

export function restless({ seed, turnsAround }: RestlessParams): BoundStrategy {
  const root = createRng(seed, "storm restless");
  const sizing = root.uniform() < 0.5 ? "allocation" : "fixed_risk";
  return {
    id: "storm_restless",
    horizon: "swing",
    sizing,
    acceptsMissing: false,
    params: { seed, turnsAround },
    reasons: [["dice", "the dice said {0}"]],
    memory: [],
    features: [],
    decide(view: StrategyView<string, string, string>) {
      const rng = root.fork(String(view.at));
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const dice = rng.uniform();
        const close = view.close(i);
        const held = view.position(i);
        if (dice < 0.45 && (held === 0 || turnsAround)) {
          const side = rng.uniform() < 0.65 ? 1 : -1;
          const away = close * (0.001 + 0.015 * rng.uniform());
          const entry = {
            instrument: i,
            conviction: side * (0.2 + 0.8 * rng.uniform()),
            ...(rng.uniform() < 0.8 ? { stop: close - side * away } : {}),
            ...(rng.uniform() < 0.5 ? { target: close + side * away * (0.5 + rng.uniform()) } : {}),
            ...(rng.uniform() < 0.3 ? { timeStopBars: 1 + rng.integer(5) } : {}),
            ...(rng.uniform() < 0.1 ? { when: "open_auction" as const } : {}),
          };
          view.enter(entry, "dice", dice);
        } else if (dice < 0.6) view.exit(i, "dice", dice);
        else if (held !== 0 && dice < 0.85) {
          view.protect(i, close * (1 - Math.sign(held) * (0.001 + 0.01 * rng.uniform())));
        }
      }
    },
  };
}
