/** Until there is research that runs by itself: seen, and no failure. */
import { notYet } from "../task.ts";

export const runDailyResearch = notYet(
  {
    id: "run_daily_research",
    when: { kind: "phase", phase: "AFTER_HOURS" },
    about: "Research on the day's data.",
  },
  "research that runs by itself comes with a later release; by hand: plimsoll backtest",
);
