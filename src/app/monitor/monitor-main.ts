/** Entry of the monitor's process; its only argument is the root. */
import { stageMain } from "../live/stage-context.ts";
import { monitorParts } from "./monitor-parts.ts";
import { runParts } from "./run-parts.ts";

await stageMain("monitor", runParts(monitorParts));
