/** Entry of the dashboard's process; its only argument is the root. */
import { stageMain } from "../../app/live/stage-context.ts";
import { runDashboard } from "./dashboard-process.ts";

await stageMain("dashboard", runDashboard);
