/**
 * What the monitor does, one line each. The parts know nothing of each other but of the port that tells people.
 */
import { alertPart } from "./alert-part.ts";
import { healthPart } from "./health-part.ts";
import { metricsPart } from "./metrics-part.ts";
import type { MonitorPart } from "./run-parts.ts";

const alerts = alertPart();

export const monitorParts: readonly MonitorPart[] = [alerts, metricsPart, healthPart(alerts)];
