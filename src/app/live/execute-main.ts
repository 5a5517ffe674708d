/** Entry of the execute process; its only argument is the root. */
import { runExecute } from "./execute-process.ts";
import { stageMain } from "./stage-context.ts";

await stageMain("execute", runExecute);
