/**
 * How alerts become incidents (C-61): one per cause and level, with a count, so that a thousand identical
 * errors are one page, and what is critical is never folded under a warning. Pure: an incident in, an
 * incident out.
 */

import type { Incident, RaisedAlert } from "../../domain/alert.ts";
import { shapeOf } from "./alert-causes.ts";
import type { AlertPolicy } from "./alert-policy.ts";

const SHAPES_MAX = 20;

export const incidentKey = ({ level, cause }: Pick<RaisedAlert, "level" | "cause">): string =>
  `${level} ${cause}`;

export function opened(id: number, alert: RaisedAlert): Incident {
  const { level, cause, source, text, atMs, count = 1 } = alert;
  return {
    ...{ id, level, cause, source, text, lastText: text, shapes: [shapeOf(text)] },
    ...{ openedMs: atMs, lastMs: atMs, count, state: "open", messages: 0, toldMs: 0, toldCount: 0 },
  };
}

/**
 * One more of it. What a person has acknowledged stays so while it says the same; what says something new is open
 * again, and so is what comes back after it was over.
 */
export function folded(incident: Incident, alert: RaisedAlert): Incident {
  const shape = shapeOf(alert.text);
  const isKnown = incident.shapes.includes(shape);
  const shapes =
    isKnown || incident.shapes.length >= SHAPES_MAX ? incident.shapes : [...incident.shapes, shape];
  const isNews = incident.state === "acknowledged" && shapes !== incident.shapes;
  const next = {
    ...incident,
    shapes,
    lastText: alert.text,
    lastMs: Math.max(incident.lastMs, alert.atMs),
    count: incident.count + (alert.count ?? 1),
  };
  return isNews || incident.state === "over" ? reopened(next) : next;
}

const reopened = (incident: Incident): Incident => ({
  ...incident,
  state: "open",
  acknowledgedMs: undefined,
  acknowledgedBy: undefined,
  overMs: undefined,
  // The repetitions of a new episode are counted anew.
  messages: Math.min(1, incident.messages),
});

/** Why the next message of it is due now; undefined while none is. */
export function messageDue(
  { level, state, messages, count, toldCount, toldMs }: Incident,
  policy: AlertPolicy,
  nowMs: number,
): "repeat" | "summary" | undefined {
  if (state !== "open" || messages === 0 || level === "info") return undefined;
  const sinceMs = nowMs - toldMs;
  if (level === "critical")
    return messages <= policy.repeatsMax && sinceMs >= policy.repeatMs ? "repeat" : undefined;
  return count > toldCount && sinceMs >= policy.summaryMs ? "summary" : undefined;
}

/** Nothing was heard of it for long, and nobody is still to be called. */
export function isQuiet(
  { level, state, messages, lastMs }: Incident,
  { quietMs, repeatsMax }: AlertPolicy,
  nowMs: number,
): boolean {
  if (state === "over" || nowMs - lastMs < quietMs) return false;
  return state === "acknowledged" || level !== "critical" || messages > repeatsMax;
}
