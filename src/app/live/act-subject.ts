/** What an act was about, for the audit: a close without its symbol tells nobody anything. */
import type { ControlAct } from "./control-words.ts";

interface Holder {
  readonly authority: string;
  readonly source: string;
}

/** `before` and `after`: what was claimed, and what is; a resume says all that it ended, whoever had claimed it. */
export function subjectOf(
  request: ControlAct,
  before: readonly Holder[],
  after: readonly Holder[],
): Readonly<Record<string, string | number>> {
  if (request.verb === "resume") {
    const stands = new Set(after.map(nameOf));
    const lifted = before.filter((claim) => !stands.has(nameOf(claim))).map(({ source }) => source);
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

const nameOf = ({ authority, source }: Holder): string => `${authority} ${source}`;
