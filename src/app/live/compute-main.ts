/** Entry of the compute process; its only argument is the root. */
import { runCompute } from "./compute-process.ts";
import { stageMain } from "./stage-context.ts";

await stageMain("compute", runCompute);
