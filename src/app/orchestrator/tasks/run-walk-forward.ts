/** Until walk-forward runs by itself: seen, and no failure. */
import { notYet } from "../task.ts";

export const runWalkForward = notYet(
  {
    id: "run_walk_forward",
    when: { kind: "clock", time: "02:00" },
    about: "Walks strategies forward over the newest data.",
  },
  "walk-forward comes with a later release",
);
