/**
 * The verdict in words: what happened, both numbers, and the cure (DESIGN 8). Says no more than the
 * gates say, and never praises.
 */
import { OBSERVATIONS_MIN } from "../../app/enough-days.ts";
import { count, number, percent, plural, probabilityOf, ratio, roughMoney } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import { paidIn } from "../../app/whole-micros.ts";
import { easternMoment } from "./eastern-time.ts";
import { YEAR_DAYS } from "./series.ts";
import {
  deflatedTrackRecord,
  EVEN_ODDS,
  hasEnoughDays,
  isIdle,
  PROBABILITY_GATE,
  TRADES_GATE,
  type Verdict,
} from "./verdict.ts";

const MONTH_DAYS = 21;
/** A record longer than this is no plan. */
const CURE_MONTHS_MAX = 600;

export interface VerdictWords {
  readonly stamp: string;
  readonly headline: string;
  readonly detail: string;
  readonly cure: string;
}

export function verdictWords(verdict: Verdict, result: RunResult, netUsd: number): VerdictWords {
  if (verdict.cause === "look-ahead") return { stamp: "Failed", ...lookAheadWords(result) };
  if (verdict.cause === "loss") return { stamp: "Failed", ...lossWords(result, netUsd) };
  if (verdict.cause === "odds") return { stamp: "Failed", ...oddsWords(result) };
  if (verdict.kind === "passes") return { stamp: "Passes", ...passWords(result) };
  return { stamp: "Not proven", ...(isIdle(result) ? idleWords(result) : unprovenWords(verdict, result)) };
}

/** `made 13.0% a year`, or over the whole run when it is shorter than a year. */
function outcome({ metrics, scope }: RunResult): string {
  const isAnnual = scope.sessions >= YEAR_DAYS && Number.isFinite(metrics.cagr);
  const figure = isAnnual ? metrics.cagr : metrics.totalReturn;
  const verb = figure < 0 ? "lost" : "made";
  const places = isAnnual ? 1 : 2;
  const size = Math.abs(figure);
  const text = figure !== 0 && size < 10 ** -(places + 2) ? percent(size, places + 2) : percent(size, places);
  return `${verb} ${text} ${isAnnual ? "a year" : `in ${plural(scope.sessions, "session")}`}`;
}

type Words = Omit<VerdictWords, "stamp">;

function lookAheadWords({ honesty }: RunResult): Words {
  const { moved, decisions, firstDifference: first } = honesty.canary;
  const where =
    first === null ? "" : ` The first: ${first.strategy}, ${first.symbol}, ${easternMoment(first.at)}.`;
  const again = first === null ? "the canary" : `plimsoll canary --strategy ${first.strategy}`;
  return {
    headline: "Look-ahead found: figures are void.",
    detail: `${count(moved)} of ${plural(decisions, "decision")} changed when the future was hidden.${where}`,
    cure: `Cure: let the strategy read closed bars only, then run ${again} and this backtest again.`,
  };
}

function lossWords(result: RunResult, netUsd: number): Words {
  const costs = paidIn(result.costs);
  const gross = netUsd + costs;
  const madeBefore = `Before costs it made ${roughMoney(gross)} USD; costs took ${roughMoney(costs)} USD.`;
  const lost = roughMoney(Math.abs(gross));
  const lostBefore = `Before costs it lost ${lost} USD as well; costs took ${roughMoney(costs)} USD.`;
  return {
    headline: `It ${outcome(result)} after costs.`,
    detail: gross > 0 ? madeBefore : lostBefore,
    cure:
      gross > 0
        ? "Cure: trade less often, or where the spread is narrower. Each new try is a counted trial."
        : "Cure: none in the costs. Drop the rule or change its idea; each new try is a counted trial.",
  };
}

function oddsWords(result: RunResult): Words {
  const psr = probabilityOf(result.honesty.psr, EVEN_ODDS);
  return {
    headline: `It ${outcome(result)} after costs, but its Sharpe is below zero.`,
    detail: `The probabilistic Sharpe is ${psr}; under ${number(EVEN_ODDS, 3)} the odds are against it.`,
    cure: "Cure: drop the rule or change its idea; each new try is a counted trial.",
  };
}

function passWords(result: RunResult): Words {
  const { dsr, trials } = result.honesty;
  return {
    headline: `It ${outcome(result)} after costs, and ${wereMade(trials)} to find it.`,
    detail: `With ${them(trials)} counted, ${deflatedOfGate(dsr)}.`,
    cure: "Every gate passes. Next: watch it on days that no trial has seen.",
  };
}

function idleWords({ scope, blocked }: RunResult): Words {
  const refused = blocked.reduce((sum, rule) => sum + rule.count, 0);
  return {
    headline: `It made no trade in ${plural(scope.sessions, "session")}, so there is nothing to judge.`,
    detail:
      refused > 0
        ? `The rules refused ${plural(refused, "order")}.`
        : "The rules refused no order: none reached them.",
    cure: blocked.some(({ rule }) => rule.startsWith("permission:"))
      ? "Cure: a claim barred all entries; lift it, and run again."
      : refused > 0
        ? "Cure: see what the rules blocked, below; raise the cash or choose other symbols."
        : "Cure: more sessions, so that the features can warm up, or entry conditions that can occur.",
  };
}

function unprovenWords(verdict: Verdict, result: RunResult): Words {
  const { honesty, metrics, scope } = result;
  const made = `It ${outcome(result)} after costs`;
  const missing = missingParts(verdict, result);
  if (!hasEnoughDays(result)) {
    const days = `${count(honesty.observations)} of ${count(OBSERVATIONS_MIN)} daily returns`;
    return {
      headline: `${made}: too short to judge.`,
      detail: `Missing: ${[`${days} for any probability`, ...missing].join("; ")}.`,
      cure: `Cure: run at least ${OBSERVATIONS_MIN} sessions; a verdict needs ${count(TRADES_GATE)} trades as well.`,
    };
  }
  if (Object.values(verdict.gates).every((state) => state === "pass")) {
    return {
      headline: `${made}, but only on names that survived.`,
      detail:
        `Almost all of ${count(scope.symbols.length)} symbols trade to the last day; ` +
        "what was delisted is missing, and that flatters every figure.",
      cure: "Cure: run it on data that keeps delisted names. Do not promote it yet.",
    };
  }
  const mostly =
    verdict.gates.deflated !== "pass" && honesty.trials > 1
      ? `but ${wereMade(honesty.trials)} to find it`
      : metrics.trades < TRADES_GATE
        ? `but on ${plural(metrics.trades, "closed trade")} only`
        : `but ${plural(scope.sessions, "session")} do not tell it from luck`;
  const lead =
    verdict.gates.deflated === "pass"
      ? ""
      : `With ${them(honesty.trials)} counted, ${deflatedOfGate(honesty.dsr)}. `;
  return {
    headline: `${made}, ${mostly}.`,
    detail: `${lead}${missing.length > 0 ? `Missing: ${missing.join("; ")}.` : ""}`.trim(),
    cure: `Cure: ${cureOf(verdict, result)} Do not promote it yet.`,
  };
}

/** Gates short of their limit, beside the deflated Sharpe, with both numbers. */
function missingParts({ gates }: Verdict, { honesty, metrics }: RunResult): string[] {
  const parts: string[] = [];
  if (gates.probabilistic === "short") {
    const psr = probabilityOf(honesty.psr, PROBABILITY_GATE);
    parts.push(`probabilistic Sharpe ${psr} of ${number(PROBABILITY_GATE, 3)}`);
  }
  if (gates.trackRecord === "short") {
    const needed = Number.isFinite(honesty.minTrackRecord)
      ? `of ${count(Math.ceil(honesty.minTrackRecord))} days`
      : "days, of no finite number";
    parts.push(`track record ${count(honesty.observations)} ${needed}`);
  }
  if (gates.trades === "short") parts.push(`${count(metrics.trades)} of ${count(TRADES_GATE)} closed trades`);
  if (gates.canary === "no data") {
    const did = honesty.canary.notRun === undefined ? "compared no decision" : "was not run";
    parts.push(`the look-ahead canary ${did}`);
  }
  return parts;
}

function cureOf({ gates }: Verdict, result: RunResult): string {
  const { honesty, metrics, scope } = result;
  const isDeflatedShort = gates.deflated !== "pass";
  const needed = isDeflatedShort ? deflatedTrackRecord(result) : honesty.minTrackRecord;
  if (isDeflatedShort && needed === Number.POSITIVE_INFINITY) {
    const sharpes = `Sharpe ${ratio(metrics.sharpe)}, luck alone ${ratio(honesty.expectedMaxSharpe)}`;
    return `fewer trials or a stronger rule; no longer record is enough (${sharpes}).`;
  }
  const forTrades = metrics.trades > 0 ? (TRADES_GATE / metrics.trades) * scope.sessions : Number.NaN;
  const days = Math.max(
    Number.isFinite(needed) ? needed - honesty.observations : 0,
    gates.trades === "short" && Number.isFinite(forTrades) ? forTrades - scope.sessions : 0,
  );
  const months = Math.ceil(days / MONTH_DAYS);
  if (months <= 0) return "a longer record.";
  const wait =
    months > CURE_MONTHS_MAX
      ? `more than ${count(CURE_MONTHS_MAX)} more months`
      : plural(months, "more month");
  const instead = [
    ...(isDeflatedShort && honesty.trials > 1 ? ["fewer trials"] : []),
    ...(gates.trades === "short" ? ["more symbols"] : []),
  ];
  return `${[`${wait} at this rate`, ...instead].join(", or ")}.`;
}

function deflatedOfGate(dsr: number): string {
  const gate = `the gate is ${number(PROBABILITY_GATE, 3)}`;
  return Number.isNaN(dsr)
    ? `there is no deflated Sharpe probability; ${gate}`
    : `the deflated Sharpe probability is ${probabilityOf(dsr, PROBABILITY_GATE)}; ${gate}`;
}

const wereMade = (trials: number): string =>
  `${plural(trials, "trial")} ${trials === 1 ? "was" : "were"} made`;
const them = (trials: number): string => (trials === 0 ? "no trial" : trials === 1 ? "this trial" : "those");
