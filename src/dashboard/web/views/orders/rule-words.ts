/**
 * The rules of the gate and the constraints of the sizing as words, with the unit that their numbers are in. A rule
 * that is not known here is shown by its id and with plain numbers.
 */
import { bps, noData, number, percent } from "../../words/format.ts";
import { plain, sentence } from "./order-words.ts";

type Unit = "percent" | "tiny" | "bps" | "count" | "seconds" | "minutes" | "usd" | "bars" | "flag";

interface RuleWords {
  readonly label: string;
  readonly unit: Unit;
  /** `most`: the number must stay at or under the limit; `least`: it must reach it. */
  readonly sense: "most" | "least";
  /** What is said when there was nothing to measure and the rule passed. */
  readonly calm: string;
}

/** Where a rule has no words of its own for it, the server's stand in. */
const nothing = "nothing to measure";

const most = (label: string, unit: Unit, calm = nothing): RuleWords => ({
  label,
  unit,
  sense: "most",
  calm,
});
const least = (label: string, unit: Unit, calm: string): RuleWords => ({ label, unit, sense: "least", calm });

const rules: Readonly<Record<string, RuleWords>> = {
  session: least("Session", "minutes", "for an auction"),
  halt: most("Trading halt", "flag", "not halted"),
  stale_data: most("Data age", "seconds"),
  duplicate: least("Duplicate", "seconds", "none before"),
  throttle: most("Throttle", "count"),
  self_trade: most("Self-trade", "flag", "no working order"),
  restricted: least("Restricted, price", "usd", "not listed"),
  price_collar: most("Collar", "percent"),
  order_size: most("Order size", "usd"),
  spread: most("Spread", "bps", "no quotes in this run"),
  position_size: most("Position size", "percent"),
  max_positions: most("Positions", "count"),
  strategy_positions: most("Positions, strategy", "count"),
  gross_exposure: most("Gross", "percent"),
  end_of_day: most("Gross over night", "percent", "not near the close"),
  intraday_gross: most("Gross, intraday", "percent"),
  shorts_share: most("Shorts", "percent"),
  open_risk: most("Open risk", "percent"),
  per_trade_risk: most("Risk, this trade", "percent", "no stop, share assumed"),
  daily_drawdown: most("From day high", "percent"),
  trades_per_day: most("Entries today", "count"),
  buying_power: most("Buying power", "percent"),
  adv: most("Volume", "tiny", "usual volume not known"),
  cooldown: least("Bars since a stop", "bars", "no stop yet"),
};

/** Ids come as `spread` or as `risk.spread`. */
const wordsOf = (rule: string): RuleWords =>
  rules[rule.replace(/^risk\./, "")] ?? most(sentence(rule.replace(/^risk\./, "")), "count");

/** `permission:journal` is no rule: somebody's claim barred the order before any rule was asked. */
export const ruleLabel = (rule: string): string =>
  rule.startsWith("permission:") ? `Permission, ${plain(rule.slice(11))}` : wordsOf(rule).label;

export interface VerdictLine {
  readonly rule: string;
  readonly label: string;
  readonly passed: boolean;
  /** Both numbers, or what was checked instead. */
  readonly use: string;
  readonly limit: string;
  /** "of" for what may not be exceeded, "needs" for what must be reached. */
  readonly joint: string;
  /** Share of the way to the limit, 0 to 1, more when past it; null: no bar. */
  readonly share: number | null;
}

interface Verdict {
  readonly rule: string;
  readonly use: number | null;
  readonly limit: number | null;
  readonly passed: boolean;
  readonly text: string;
}

/**
 * What refused comes first, then the nearest to its limit, then rules without numbers in the order they came.
 */
export function verdictLines(verdicts: readonly Verdict[]): VerdictLine[] {
  const rank = (line: VerdictLine) => (line.passed ? 0 : 10) + Math.min(9, line.share ?? -1);
  return verdicts.map(lineOf).toSorted((a, b) => rank(b) - rank(a));
}

function lineOf({ rule, use, limit, passed, text }: Verdict): VerdictLine {
  const words = wordsOf(rule);
  const label = passed && text.startsWith("trimmed") ? `${words.label}, trimmed` : words.label;
  const head = { rule, label, passed };
  if (words.unit === "flag" || use === null || limit === null) {
    const calm = words.calm === nothing ? text || nothing : words.calm;
    return { ...head, use: passed ? calm : text || noData, limit: "", joint: "", share: null };
  }
  const share = words.sense === "most" ? shareOf(use, limit) : shareOf(limit, use);
  const [shownUse, shownLimit] = apart(use, limit, words.unit);
  const joint = words.sense === "most" ? "of" : "needs";
  return { ...head, use: shownUse, limit: shownLimit, joint, share: passed ? Math.min(1, share) : share };
}

/** A limit of zero is met by zero and by nothing else; what is divided by zero or less is as far as it gets. */
function shareOf(use: number, limit: number): number {
  if (limit > 0) return Math.max(0, use) / limit;
  return use > limit ? 9 : 0;
}

/** More digits where fewer would read alike on both sides of the limit. */
function apart(use: number, limit: number, unit: Unit): readonly [string, string] {
  for (let more = 0; more < 3; more++) {
    const shown = [inUnit(use, unit, more), inUnit(limit, unit, more)] as const;
    if (shown[0] !== shown[1] || use === limit) return shown;
  }
  return [inUnit(use, unit, 3), inUnit(limit, unit, 3)];
}

function inUnit(value: number, unit: Unit, more: number): string {
  switch (unit) {
    case "percent":
      return percent(value, (Math.abs(value) >= 0.1 ? 1 : 2) + more);
    case "tiny":
      return percent(value, 3 + more);
    case "bps":
      return more === 0 ? bps(value * 10_000) : `${number(value * 10_000, 1 + more)} bps`;
    case "seconds":
      return `${number(value, (value < 10 ? 2 : 0) + more)} s`;
    case "minutes":
      return `${number(value, more)} min`;
    case "usd":
      return number(value, 2 + more);
    case "count":
    case "bars":
    case "flag":
      return number(value, (Number.isInteger(value) ? 0 : 2) + more);
  }
}

const constraints: Readonly<Record<string, string>> = {
  risk_per_trade: "Risk per trade",
  allocation: "Allocation",
  fixed_shares: "Fixed shares",
  position_pct: "Position cap, share of equity",
  position_usd: "Position cap, USD",
  cash_buffer: "Cash buffer",
  permission_scalar: "Permission scale",
  kelly: "Quarter Kelly",
  kelly_cold: "Kelly, before enough trades",
  vix_scale: "VIX scale",
  atr_scale: "ATR scale",
  adv: "Usual volume",
  performance: "Recent trades",
  model: "Model",
};

export const constraintLabel = (name: string): string => constraints[name] ?? sentence(name);
