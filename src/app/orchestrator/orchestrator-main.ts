/** Entry of the orchestrator's process; its only argument is the root. */
import { stageMain } from "../live/stage-context.ts";
import { runOrchestrator } from "./orchestrator-process.ts";

await stageMain("orchestrator", runOrchestrator);
