/** Entry of the ingest process; its only argument is the root. */
import { runIngest } from "./ingest-process.ts";
import { killPointsOf } from "./kill-points.ts";
import { stageMain } from "./stage-context.ts";

const points = killPointsOf("ingest", process.env.PLIMSOLL_KILL_AT);
await stageMain("ingest", (context) => runIngest(context, points));
