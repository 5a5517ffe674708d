/** What the monitor does, one line each. The parts know nothing of each other. */
import { healthPart } from "./health-part.ts";
import { metricsPart } from "./metrics-part.ts";
import type { MonitorPart } from "./run-parts.ts";

export const monitorParts: readonly MonitorPart[] = [metricsPart, healthPart()];
