/**
 * The lake's list of corporate actions, brought up to date with the bars: a raw series without its splits is another
 * company, and what a running system applies the lake should know the next morning (DATA-6, C-49).
 */
import type { ActionsAdded } from "../../adapters/lake/add-actions.ts";
import type { Lake } from "../../adapters/lake/lake.ts";
import type { BarSource } from "../../adapters/sources/bar-source.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";

/** One question; what it brought is in the lake before the next one. */
const SYMBOLS = 100;
const SHOWN = 5;
/** A company report counts shares of its filing, which may be a year ago and more. */
const REPORT_DAYS = 730;

export interface ActionsSynced extends ActionsAdded {
  readonly source: string;
  /** What no list of splits and cash can hold: a spin-off, a merger, a change of name; by symbol and day. */
  readonly unread: readonly string[];
  /** Why it went no further; null where all was asked. */
  readonly failed: string | null;
}

export interface ActionsCall {
  readonly lake: Pick<Lake, "addActions" | "list">;
  readonly sources: readonly BarSource[];
  readonly symbols: readonly string[];
  /** First and last ex-date; the first one of all where the lake has older bars. */
  readonly from: DayNumber;
  readonly to: DayNumber;
  readonly say: (line: string) => void;
}

/** Of the first source that lists any; null where none of them does. Never throws for what a source does. */
export async function syncActions(call: ActionsCall): Promise<ActionsSynced | null> {
  const { lake, sources, to, say } = call;
  const symbols = call.symbols.filter((symbol) => !symbol.startsWith("^")).toSorted();
  const source = sources.find(({ actions }) => actions !== undefined);
  if (source?.actions === undefined || symbols.length === 0) return null;
  const { id } = source;
  let sum: ActionsAdded = { added: 0, known: 0, differing: [], rejected: 0, audit: null };
  const unread: string[] = [];
  let failed: string | null = null;
  for (let n = 0; n < symbols.length && failed === null; n += SYMBOLS) {
    const some = symbols.slice(n, n + SYMBOLS);
    const answer = await source.actions({ symbols: some, from: firstDay(call, some), to });
    if (answer.ok) {
      unread.push(...answer.unread);
      sum = plus(sum, await lake.addActions(id, answer.actions));
    } else failed = answer.reason;
  }
  const result = { source: id, ...sum, unread, failed };
  for (const line of linesOf(result)) say(line);
  return result;
}

/** A list that begins later than the bars would pass for one that knows them all. */
function firstDay({ lake, from, to }: ActionsCall, symbols: readonly string[]): DayNumber {
  const asked = new Set(symbols);
  const begins = lake
    .list()
    .filter(({ symbol }) => asked.has(symbol))
    .map((series) => parseIsoDate(series.from.slice(0, 10)) ?? from);
  return Math.min(from, to - REPORT_DAYS, ...begins) as DayNumber;
}

function plus(a: ActionsAdded, b: ActionsAdded): ActionsAdded {
  return {
    added: a.added + b.added,
    known: a.known + b.known,
    differing: [...a.differing, ...b.differing],
    rejected: a.rejected + b.rejected,
    audit: b.audit ?? a.audit,
  };
}

function linesOf({ source, failed, differing, unread, rejected, audit }: ActionsSynced): string[] {
  return [
    ...(failed === null ? [] : [`warning: corporate actions are not up to date: ${failed}`]),
    ...(rejected === 0 ? [] : [`${rejected} corporate action(s) of ${source} rejected: ${audit}`]),
    ...shown("warning: corporate actions differ, the lake's stay", differing),
    ...shown(`${source} lists what is neither split nor dividend, add it yourself`, unread),
  ];
}

function shown(what: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? ` and ${lines.length - SHOWN} more` : "";
  return [`${what}: ${lines.slice(0, SHOWN).join("; ")}${more}`];
}
