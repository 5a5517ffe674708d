/** Until there is a research pipeline: seen, and no failure. */
import { notYet } from "../task.ts";

export const runNightlyResearchPipeline = notYet(
  {
    id: "run_nightly_research_pipeline",
    when: { kind: "phase", phase: "OVERNIGHT" },
    about: "The nightly research pipeline.",
  },
  "the research pipeline comes with a later release",
);
