/** Entry of the dashboard's process; its only argument is the root. */
import { stageMain } from "../../app/live/stage-context.ts";

await stageMain("dashboard", async () => () => Promise.resolve());
