/** Entry of the execute process; its only argument is the root. */
import { runExecute } from "./execute-process.ts";
import { ownKillPoints } from "./kill-points.ts";
import { stageMain } from "./stage-context.ts";

await stageMain("execute", (context) => runExecute(context, ownKillPoints("execute", context.turn)));
