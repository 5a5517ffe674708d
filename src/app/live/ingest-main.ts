/** Entry of the ingest process; its only argument is the root. */
import { runIngest } from "./ingest-process.ts";
import { stageMain } from "./stage-context.ts";

await stageMain("ingest", runIngest);
