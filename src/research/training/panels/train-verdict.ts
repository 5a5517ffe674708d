/**
 * The verdict of a training in words: a function of its gates and of whether there is a model, and of nothing else, so
 * that no author of a template can soften it (DESIGN 9).
 */
import { count, percent, plural, ratio } from "../../../app/formats.ts";
import type { Verdict } from "../../report/verdict.ts";
import type { VerdictWords } from "../../report/verdict-words.ts";
import type { LastModel } from "../training-result.ts";
import type { WalkResult } from "../walk-result.ts";

/** One of these failed: what else the training shows means nothing. */
const LEAK_GATES: readonly string[] = ["foresight", "overlap", "shuffled"];
const NAMED_MOST = 4;

/** `last` null: a walk alone, which registers nothing. */
export function trainVerdict(
  result: WalkResult,
  last: LastModel | null,
): VerdictWords & Pick<Verdict, "kind"> {
  const failed = result.gates.filter(({ passed }) => !passed);
  const isPassed = failed.length === 0 && (last === null || last.model !== null);
  const hasLeak = failed.some(({ gate }) => LEAK_GATES.includes(gate));
  return {
    kind: isPassed ? "passes" : hasLeak || result.verdict.totalReturn < 0 ? "failed" : "not proven",
    stamp: stampOf(isPassed, last),
    headline: headlineOf(result, failed, last),
    detail: comparison(result),
    cure: cureOf(isPassed, hasLeak, last),
  };
}

function stampOf(isPassed: boolean, last: LastModel | null): string {
  if (last === null) return isPassed ? "Walk passes" : "Walk fails";
  return isPassed ? "Promotable" : "Not promotable";
}

function headlineOf({ gates }: WalkResult, failed: WalkResult["gates"], last: LastModel | null): string {
  if (last !== null && last.model === null)
    return `The last days bear no model: ${last.why ?? "nobody said why"}.`;
  if (failed.length === 0) return `All ${plural(gates.length, "gate")} passed.`;
  const named = failed.slice(0, NAMED_MOST).map(({ title }) => title);
  const more = failed.length - named.length;
  const rest = more > 0 ? `, and ${count(more)} more` : "";
  return `${count(failed.length)} of ${plural(gates.length, "gate")} failed: ${named.join(", ")}${rest}.`;
}

function comparison({ verdict, rules }: WalkResult): string {
  const models = `${percent(verdict.totalReturn, 1)} at a Sharpe of ${ratio(verdict.sharpe)}`;
  return `With models ${models}; rules alone ${percent(rules.totalReturn, 1)} at ${ratio(rules.sharpe)}.`;
}

function cureOf(isPassed: boolean, hasLeak: boolean, last: LastModel | null): string {
  if (last === null)
    return isPassed
      ? "Next: plimsoll train learns from the last days, looks for leaks and registers."
      : "No model was learned from the last days. Rules alone remain.";
  if (isPassed) return `Next: plimsoll models promote ${last.model ?? ""}. It goes into shadow first.`;
  if (hasLeak) return "A leak was found, so every figure here is void. Find its column or its rows first.";
  if (last.model === null) return "Nothing was registered. Rules alone remain.";
  return `${last.model} stays a candidate with the refusal on record. Rules alone remain.`;
}
