/** The first sentence of System health: what is wrong, the worst first; nothing wrong is one short sentence. */
import type { HealthAnswer } from "../../../contract/running-answers.ts";

interface OpenCounts {
  readonly critical: number;
  readonly error: number;
  readonly warning: number;
}

export interface HealthSentence {
  readonly answer: string;
  readonly because: string;
}

export function healthSentence(health: HealthAnswer, open: OpenCounts | null): HealthSentence {
  const named = (list: readonly { readonly id: string; readonly state: string }[], state: string) =>
    list.filter((one) => one.state === state).map(({ id }) => id);
  const down = named(health.processes, "down");
  const late = [...named(health.processes, "late"), ...named(health.sources, "late")];
  const sources = named(health.sources, "down");
  const broken = health.records.filter(({ state }) => state === "down").map(({ label }) => label);
  const over = health.machine
    .filter(({ use, limit }) => use !== null && use > limit)
    .map(({ label }) => label);
  const worst = [
    down.length > 0 ? `${listed(down)} ${down.length === 1 ? "is" : "are"} down` : "",
    broken.length > 0 ? `${listed(broken)} ${broken.length === 1 ? "does" : "do"} not hold` : "",
    sources.length > 0 ? `${listed(sources)} ${sources.length === 1 ? "gives" : "give"} nothing` : "",
    over.length > 0 ? `${listed(over)} over the limit` : "",
  ].filter(Boolean);
  const because = [
    worst.length > 0 ? worst.slice(1).join("; ") : "",
    worst.length > 0 && late.length > 0 ? `Late: ${listed(late)}` : "",
    openText(open),
  ]
    .filter(Boolean)
    .join(". ");
  const head =
    worst[0] ?? (late.length > 0 ? `${listed(late)} ${late.length === 1 ? "is" : "are"} late` : "");
  return {
    answer: head === "" ? "Everything answers." : `${head}.`,
    because: because === "" ? "" : `${because}.`,
  };
}

function openText(open: OpenCounts | null): string {
  if (open === null) return "";
  const { critical, error, warning } = open;
  if (critical + error + warning === 0) return "No open errors";
  const parts = [
    critical > 0 ? `${critical} critical` : "",
    error > 0 ? `${error} ${error === 1 ? "error" : "errors"}` : "",
    warning > 0 ? `${warning} ${warning === 1 ? "warning" : "warnings"}` : "",
  ].filter(Boolean);
  return `Open: ${parts.join(", ")}`;
}

/** Three by name, the rest as a number. */
const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
