/**
 * The selector (RES-6): what follows of all that research and trading showed, as proposals with their reason and their
 * figures. It changes nothing. Rules, in this order, for each strategy:
 *
 * - traded, and its own trades of late, by the settings of now, lost more than chance would have them lose: switch it
 *   off;
 * - its newest optimisation passed every gate: its parameters, and on with it where it is off;
 * - traded, and the newest study of what is traded lost on days that nothing was chosen on: switch it off.
 */
import type { ProposalFacts, ProposalKind, StrategyTerms } from "../../adapters/proposal-book.ts";
import type { StudyRow } from "../../adapters/research-db.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import type { LiveFigures } from "./live-figures.ts";

/** Numbers are our choice. */
export interface SelectorTerms {
  /** Studies that are older say nothing of today. */
  readonly maxAgeDays: number;
  /** Yearly Sharpe ratio of what is traded, below which it is switched off. */
  readonly disableBelow: number;
  /** Sessions out of sample, and trades of its own, before anything is said against a strategy. */
  readonly leastSessions: number;
  readonly leastTrades: number;
}

export interface StrategyEvidence {
  readonly strategy: string;
  /** As the configuration says. */
  readonly now: StrategyTerms;
  /** All parameters that follow from it. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Of this strategy alone, newest first. */
  readonly studies: readonly StudyRow[];
  readonly live: LiveFigures | undefined;
}

/** One-sided, about 2.5 % by chance. */
const LIVE_LOSS = -2;
const DAY_MS = 86_400_000;

/** At most one for each strategy. `nowMs`: milliseconds since 1970. */
export function selectStrategies(
  evidence: readonly StrategyEvidence[],
  terms: SelectorTerms,
  nowMs: number,
): ProposalFacts[] {
  return evidence.flatMap((each) => {
    const studies = each.studies.filter(({ at }) => nowMs - Date.parse(at) <= terms.maxAgeDays * DAY_MS);
    const found = lostLive(each, terms) ?? optimised(each, studies) ?? lost(each, studies, terms);
    return found === undefined ? [] : [found];
  });
}

function lostLive(
  { strategy, now, live }: StrategyEvidence,
  terms: SelectorTerms,
): ProposalFacts | undefined {
  if (!now.enabled || live === undefined || live.trades < terms.leastTrades) return undefined;
  if (!(live.tStatistic < LIVE_LOSS)) return undefined;
  const reason =
    `its own ${live.trades} trades of the last ${live.sessions} sessions, ${live.from.slice(0, 10)} to ` +
    `${live.to.slice(0, 10)}, with the settings of now, lost ${money(-live.mean)} each on average, ` +
    `t ${live.tStatistic.toFixed(2)}, below ${LIVE_LOSS}`;
  return proposal("disable", {
    strategy,
    now,
    change: off(now),
    reason,
    figures: { ...live },
    study: "live",
    known: live.to,
  });
}

function optimised(
  { strategy, now, params }: StrategyEvidence,
  studies: readonly StudyRow[],
): ProposalFacts | undefined {
  const study = studies.find(({ kind }) => kind === "optimisation");
  if (study === undefined || !study.passed) return undefined;
  if (now.enabled && canonicalJson(study.params) === canonicalJson(params)) return undefined;
  const { sharpe, deflatedSharpe, held, configured } = study.figures;
  const reason =
    `${nameOf(study)} passed every gate: Sharpe ${shown(sharpe)}, deflated ` +
    `${shown(deflatedSharpe, 3)}; on days held back ${shown(sharpeOf(held))}, the parameters of now ` +
    shown(sharpeOf((configured as { readonly held?: unknown } | undefined)?.held));
  const change = { enabled: true, params: changed(study.params, params, now) };
  const kind = now.enabled ? "parameters" : "enable";
  return proposal(kind, { strategy, now, change, reason, figures: study.figures, ...source(study) });
}

function lost(
  { strategy, now, params }: StrategyEvidence,
  studies: readonly StudyRow[],
  { disableBelow, leastSessions }: SelectorTerms,
): ProposalFacts | undefined {
  if (!now.enabled) return undefined;
  for (const study of studies) {
    const figures = ofWhatIsTraded(study, params);
    if (figures === undefined || Number(figures.sessions ?? leastSessions) < leastSessions) continue;
    const sharpe = Number(figures.sharpe ?? Number.NaN);
    // The newest one that knows decides; what an older one said is over.
    if (!(sharpe < disableBelow)) return undefined;
    const reason = `${nameOf(study)} Sharpe ${shown(sharpe)} of what is traded, ` + `below ${disableBelow}`;
    return proposal("disable", { strategy, now, change: off(now), reason, figures, ...source(study) });
  }
  return undefined;
}

/** Figures of a study, where they are of the parameters of now. */
function ofWhatIsTraded(
  { kind, params, figures }: StudyRow,
  now: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (kind === "walk-forward") return canonicalJson(params) === canonicalJson(now) ? figures : undefined;
  const configured = figures.configured as
    | ({ readonly params?: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>)
    | undefined;
  if (kind !== "optimisation" || configured?.params === undefined) return undefined;
  const isSame = Object.entries(configured.params).every(([name, value]) => now[name] === value);
  return isSame ? configured : undefined;
}

/** What the configuration has to say so that the strategy's parameters are `wanted`. */
function changed(
  wanted: Readonly<Record<string, unknown>>,
  from: Readonly<Record<string, unknown>>,
  now: StrategyTerms,
): Record<string, unknown> {
  const other = Object.entries(wanted).filter(
    ([name, value]) => canonicalJson(value) !== canonicalJson(from[name]),
  );
  return { ...now.params, ...Object.fromEntries(other) };
}

const source = ({ studyId, at }: StudyRow) => ({ study: studyId, known: at });

const off = (now: StrategyTerms): StrategyTerms => ({ enabled: false, params: now.params });

function proposal(
  kind: ProposalKind,
  { now, ...facts }: Omit<ProposalFacts, "kind" | "base"> & { readonly now: StrategyTerms },
): ProposalFacts {
  return { ...facts, kind, base: now };
}

const sharpeOf = (held: unknown): unknown => (held as { readonly sharpe?: unknown } | undefined)?.sharpe;

/** Bars are named: the same parameters mean another thing over minutes. */
const nameOf = ({ kind, studyId, at, timeframe }: StudyRow): string =>
  `${kind} ${studyId} of ${at.slice(0, 10)}, ${timeframe} bars,`;

/** JSON has written as null what was no number. */
const shown = (value: unknown, decimals = 2): string =>
  typeof value === "number" && Number.isFinite(value) ? value.toFixed(decimals) : "not known";

const money = (dollars: number): string => `${dollars.toFixed(2)} USD`;
