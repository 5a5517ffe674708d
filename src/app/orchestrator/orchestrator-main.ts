/** Entry of the orchestrator's process; its only argument is the root. */
import { stageMain } from "../live/stage-context.ts";

await stageMain("orchestrator", async () => () => Promise.resolve());
