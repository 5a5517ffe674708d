/**
 * Brings series of the lake up to date from data providers (DATA-1 to DATA-3): asks for what is missing alone, has it
 * judged by the gatekeeper as `data import` does, and leaves the lake byte for byte as it was where nothing is new. A
 * symbol is imported whole or not at all, so a sync that was killed goes on where it stopped. Symbols are named by
 * their source in the lake: two providers never meet in one series.
 */
import type { Lake } from "../../adapters/lake/lake.ts";
import type { Clock } from "../../adapters/net/ports.ts";
import type { BarSource, SourceBar, SourceTimeframe } from "../../adapters/sources/bar-source.ts";
import { Failover, type FailoverEvent } from "../../adapters/sources/failover.ts";
import { type Agreement, compareBars } from "../../adapters/sources/quorum.ts";
import { InputError } from "../../domain/assert.ts";
import type { Adjustment } from "../../domain/bars.ts";
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import type { Rng } from "../../numerics/rng.ts";
import { importBars, lakeCloses, listed, type SyncSeries, seriesText } from "./lake-rows.ts";
import { withSessions } from "./sync-days.ts";
import { dayOfText, fetchPlan, fetchSpans, planOf, type SyncPlan, type SyncTerms } from "./sync-plan.ts";
import type { DaySpan, SyncRecord } from "./sync-record.ts";

/** Two sources that disagree on more of the bars do not tell of one thing. */
const DISAGREE_MOST = 0.05;

export interface SyncRequest {
  readonly symbols: readonly string[];
  readonly timeframe: SourceTimeframe;
  readonly adjustment: Adjustment;
  readonly terms: SyncTerms;
  readonly now: EpochMicros;
  /** The instant, for records. */
  readonly stamp: () => string;
  readonly sources: readonly BarSource[];
  readonly quorum: number;
  readonly agreement: Agreement;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly record: SyncRecord;
  /** For people, as it happens; one line each. */
  readonly say: (line: string) => void;
  readonly onProgress: (done: number, of: number, symbol: string) => void;
}

export interface SyncResult {
  readonly symbols: number;
  /** Rows of instants the lake did not have; the other two as `data import` counts them. */
  imported: number;
  rejected: number;
  replaced: number;
  /** Symbols that lacked nothing. */
  upToDate: number;
  /** Symbols by the source that served them. */
  readonly sources: Record<string, number>;
  readonly failed: { readonly symbol: string; readonly reason: string }[];
  /** Symbols served by another source than the first that was asked. */
  readonly switched: {
    readonly symbol: string;
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  }[];
  /** Bars that two sources told differently. */
  quarantined: number;
  /** Where they stand; null when there are none. */
  quarantine: string | null;
  /** Files of rejected rows. */
  readonly audits: string[];
  /** Series that were told anew on another basis. */
  readonly restated: string[];
  /** Series whose last bar is older than the last session asked for. */
  readonly behind: { readonly symbol: string; readonly last: string }[];
}

type Told = SyncResult;

export async function syncBars(request: SyncRequest): Promise<SyncResult> {
  const { symbols, sources, clock, rng, record, onProgress } = request;
  const told: Told = {
    symbols: symbols.length,
    imported: 0,
    rejected: 0,
    replaced: 0,
    upToDate: 0,
    sources: {},
    failed: [],
    switched: [],
    quarantined: 0,
    quarantine: null,
    audits: [],
    restated: [],
    behind: [],
  };
  const failover = new Failover({ sources, clock, rng, tell: (event) => tellEvent(request, told, event) });
  const folder = record.emptyIncoming();
  try {
    for (const [done, symbol] of symbols.entries()) {
      onProgress(done, symbols.length, symbol);
      const problem = await syncSymbol(request, failover, symbol, folder, told);
      if (problem === undefined) continue;
      told.failed.push({ symbol, reason: problem });
      request.say(`${symbol}: not brought up to date: ${problem}`);
    }
  } finally {
    record.removeIncoming();
  }
  return told;
}

/** Undefined when the symbol is up to date; else why not, with the cure. */
async function syncSymbol(
  request: SyncRequest,
  failover: Failover,
  symbol: string,
  folder: string,
  told: Told,
): Promise<string | undefined> {
  const { timeframe, adjustment, terms, record } = request;
  const plans = new Map<BarSource, SyncPlan>();
  const query = { symbol, timeframe, adjustment };
  const served = await failover.ask(query, (source, asking) => {
    const series: SyncSeries = { ...query, source: source.id };
    const known = listed(terms.lake, series);
    const plan = planOf(series, known, record.answered(seriesText(series), known), terms);
    plans.set(source, plan);
    if (plan.gaps.length === 0) return Promise.resolve({ ok: true, bars: [] });
    return fetchPlan(plan, source, asking, terms);
  });
  if (!served.ok) return served.reason;
  const plan = plans.get(served.source);
  if (plan === undefined) return "no source was asked";
  told.sources[served.source.id] = (told.sources[served.source.id] ?? 0) + 1;
  if (plan.gaps.length === 0) {
    told.upToDate += 1;
    return undefined;
  }
  const checked = await confirmed(request, failover, plan, served, told);
  if (typeof checked === "string") return checked;
  return intoLake(request, plan, checked, folder, told);
}

/** The bars that another source tells alike, where one is wanted; a text says why there are none. */
async function confirmed(
  request: SyncRequest,
  failover: Failover,
  plan: SyncPlan,
  first: { readonly source: BarSource; readonly bars: readonly SourceBar[] },
  told: Told,
): Promise<readonly SourceBar[] | string> {
  const { quorum, agreement, record, terms } = request;
  if (quorum < 2 || first.bars.length === 0) return first.bars;
  const { symbol, timeframe } = plan.series;
  const second = await failover.ask(
    plan.series,
    (source, asking) => fetchSpans(plan.series, source, asking, terms, plan.asked),
    { except: first.source },
  );
  if (!second.ok) return `no second source to compare with: ${second.reason}`;
  const { agreed, disagreements } = compareBars(first, second, agreement);
  const at = request.stamp();
  for (const { ts, field, ...numbers } of disagreements) {
    const whose = { first: first.source.id, second: second.source.id };
    const both = { [whose.first]: shown(numbers.first), [whose.second]: shown(numbers.second) };
    told.quarantine = record.quarantine(at, { symbol, timeframe, bar: isoInstant(ts), field, ...both });
  }
  told.quarantined += disagreements.length;
  const most = Math.max(1, first.bars.length * DISAGREE_MOST);
  const [example] = disagreements;
  if (example === undefined || disagreements.length <= most) return agreed;
  const { field } = example;
  const numbers = `${first.source.id} ${shown(example.first)}, ${second.source.id} ${shown(example.second)}`;
  return (
    `${first.source.id} and ${second.source.id} disagree on ${disagreements.length} of ${first.bars.length} bars, ` +
    `first the ${field} of ${isoInstant(example.ts)}: ${numbers}; see ${told.quarantine}`
  );
}

async function intoLake(
  request: SyncRequest,
  plan: SyncPlan,
  bars: readonly SourceBar[],
  folder: string,
  told: Told,
): Promise<string | undefined> {
  const { terms, record, now } = request;
  const { series } = plan;
  if (plan.isRestated) {
    const orphans = await orphansOf(terms.lake, series, bars);
    if (orphans > 0)
      return (
        `${series.source} tells its prices on another basis since, without ${orphans} bars of the lake; ` +
        "the two would be mixed: import the symbol anew under another --source"
      );
    told.restated.push(series.symbol);
    record.event(request.stamp(), { kind: "restated", symbol: series.symbol, source: series.source });
  }
  if (bars.length > 0) {
    try {
      const result = await importBars(terms.lake, folder, series, bars, now);
      if (result.imported + result.duplicates === 0)
        return `all ${result.rejected} bars of ${series.source} were rejected; see ${result.audit}`;
      told.imported += result.imported;
      told.rejected += result.rejected;
      told.replaced += result.replaced;
      if (result.audit !== null) told.audits.push(result.audit);
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  }
  cover(request, plan, told);
  return undefined;
}

/**
 * Days whose bars may still be corrected are asked for again next time, and so are those after the last bar that came:
 * whether a stock is gone or a source is late nobody can tell by its silence.
 */
function cover({ terms, record, say }: SyncRequest, { series, answered, asked }: SyncPlan, told: Told): void {
  const now = listed(terms.lake, series);
  const last = now === undefined ? undefined : dayOfText(series, now.to);
  const end = Math.min(terms.settled ?? Number.NEGATIVE_INFINITY, last ?? Number.NEGATIVE_INFINITY);
  const whole = asked.flatMap(({ from, to }): DaySpan[] =>
    from > end ? [] : [{ from, to: Math.min(to, end) as DaySpan["to"] }],
  );
  record.cover(seriesText(series), now, [...answered, ...whole]);
  const wanted = Math.min(terms.wanted.to, terms.settled ?? terms.wanted.to) as DaySpan["to"];
  if (
    last === undefined ||
    last >= wanted ||
    withSessions([{ from: (last + 1) as DaySpan["to"], to: wanted }]).length === 0
  )
    return;
  told.behind.push({ symbol: series.symbol, last: isoDate(last) });
  say(
    `${series.symbol}: ${series.source} has no bar after ${isoDate(last)}; delisted, or the source is late`,
  );
}

/** Bars of the lake that a new telling of the whole series leaves out. */
async function orphansOf(lake: Lake, series: SyncSeries, bars: readonly SourceBar[]): Promise<number> {
  const told = new Set(bars.map(({ ts }) => ts));
  const known = await lakeCloses(lake, series);
  return [...known.keys()].filter((ts) => !told.has(ts)).length;
}

const shown = (value: number): number | null => (Number.isFinite(value) ? value : null);

function tellEvent({ record, stamp, say }: SyncRequest, told: Told, event: FailoverEvent): void {
  record.event(stamp(), event);
  if (event.kind === "down")
    say(
      `${event.source} is down, the next source is asked: ${event.reason}; tried again in ${inSeconds(event.restMs)}`,
    );
  if (event.kind === "waits") say(`every source that could serve is resting; waiting ${inSeconds(event.ms)}`);
  if (event.kind === "recovered") say(`${event.source} answers again after ${inSeconds(event.afterMs)}`);
  if (event.kind !== "switched") return;
  const { symbol, from, to, reason } = event;
  told.switched.push({ symbol, from, to, reason });
  say(`${symbol}: ${to} in place of ${from}: ${reason}`);
}

const inSeconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
