/** Until there are models: seen, and no failure. */
import { notYet } from "../task.ts";

export const validateModelFreshness = notYet(
  {
    id: "validate_model_freshness",
    when: { kind: "clock", time: "08:30" },
    about: "Checks that no model in use is too old.",
  },
  "learned models come with a later release; no strategy uses one",
);
