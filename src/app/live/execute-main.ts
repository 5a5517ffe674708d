/** Entry of the execute process; its only argument is the root. */
import { runExecute } from "./execute-process.ts";
import { killPointsOf } from "./kill-points.ts";
import { stageMain } from "./stage-context.ts";

const points = killPointsOf("execute", process.env.PLIMSOLL_KILL_AT);
await stageMain("execute", (context) => runExecute(context, points));
