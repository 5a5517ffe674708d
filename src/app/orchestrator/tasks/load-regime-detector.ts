/** Until there is a regime detector: seen, and no failure. */
import { notYet } from "../task.ts";

export const loadRegimeDetector = notYet(
  {
    id: "load_regime_detector",
    when: { kind: "phase", phase: "PRE_MARKET" },
    about: "Loads the regime detector and its last state.",
  },
  "the regime detector comes with a later release; sizes are not scaled by regimes",
);
