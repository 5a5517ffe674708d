/** What an act was about, for the audit: a close without its symbol tells nobody anything. */
import type { EngineEvent } from "../../domain/events.ts";
import type { ControlAct } from "./control-words.ts";

/** `events`: what the act came to. */
export function subjectOf(
  request: ControlAct,
  events: readonly EngineEvent[],
): Readonly<Record<string, string | number>> {
  if (request.verb === "resume") {
    const lifted = events.flatMap((event) =>
      event.kind === "ClaimChanged" && event.lifted !== undefined ? [event.lifted.source] : [],
    );
    return lifted.length === 0 ? {} : { lifted: lifted.join(", ") };
  }
  if (request.verb === "override") {
    const { key, value, forSeconds } = request;
    return { key, value, forSeconds };
  }
  if (request.verb === "note") return request.subject === undefined ? {} : { subject: request.subject };
  if ("strategy" in request) return { strategy: request.strategy };
  if ("task" in request) return { task: request.task };
  return "symbol" in request && request.symbol !== undefined ? { symbol: request.symbol } : {};
}
