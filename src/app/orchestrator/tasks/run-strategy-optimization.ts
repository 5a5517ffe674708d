/** Until strategies are optimised by themselves: seen, and no failure. */
import { notYet } from "../task.ts";

export const runStrategyOptimization = notYet(
  {
    id: "run_strategy_optimization",
    when: { kind: "phase", phase: "AFTER_HOURS" },
    about: "Searches better parameters and has them judged.",
  },
  "optimisation comes with a later release; parameters are those of the configuration",
);
