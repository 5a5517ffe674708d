/** Entry of the compute process; its only argument is the root. */
import { runCompute } from "./compute-process.ts";
import { killPointsOf } from "./kill-points.ts";
import { stageMain } from "./stage-context.ts";

const points = killPointsOf("compute", process.env.PLIMSOLL_KILL_AT);
await stageMain("compute", (context) => runCompute(context, points));
