/** Of each minute that the exchange's files hold: was it told, valued and decided on, once and with its own prices? */
import { join } from "node:path";
import { JournalReader } from "../../src/adapters/journal/journal-reader.ts";
import type { RunTerms } from "../../src/app/live/run-terms.ts";
import type { BarBatch } from "../../src/domain/bars.ts";
import { instrumentTable } from "../../src/domain/instrument.ts";
import type { DayNumber } from "../../src/domain/time.ts";
import { isoDate, MICROS_PER_MINUTE } from "../../src/domain/time.ts";
import { parseComputeInput, parseDecision, parseExecuteInput } from "../../src/engine/stage-text.ts";
import type { FilePrices } from "../../src/exchange/prices/file-prices.ts";
import { sessionOn } from "../../src/market/calendar.ts";

export interface BarTally {
  readonly session: string;
  /** Of the session's own minutes, in the files. */
  readonly bars: number;
  readonly valued: number;
  readonly decided: number;
  /** In the files and not decided on, or not valued. */
  readonly dropped: number;
  /** Told, valued or decided on more than once, or told with other prices. */
  readonly wrong: number;
}

/** `SPY 1708439460000000` to the bar's close, as a process journaled it. */
type Heard = Map<string, number>;
const key = (symbol: string, at: number): string => `${symbol} ${at}`;

interface Journaled {
  readonly told: Heard;
  /** Instants that were decided on; of execute, that were valued. */
  readonly dealt: Set<number>;
  /** Keys or instants that came twice. */
  readonly twice: Set<string>;
}

export function tallyBars(root: string, run: RunTerms, prices: FilePrices, sessions: number): BarTally[] {
  const compute = ofCompute(root, run);
  const execute = ofExecute(root, run);
  return playedDays(prices, sessions).map((day) => tallyDay(day, prices, compute, execute));
}

/** The first sessions of the files. */
export function playedDays(prices: FilePrices, sessions: number): readonly DayNumber[] {
  const days: DayNumber[] = [];
  for (let day = prices.firstDay; day <= prices.lastDay; day = (day + 1) as DayNumber)
    if (sessionOn(day) !== undefined && prices.hours(day) !== undefined) days.push(day);
  return days.slice(0, sessions);
}

function tallyDay(day: DayNumber, prices: FilePrices, compute: Journaled, execute: Journaled): BarTally {
  const session = sessionOn(day);
  const counts = { bars: 0, valued: 0, decided: 0, dropped: 0, wrong: 0 };
  for (const [row, { symbol }] of prices.listings.entries()) {
    for (const { at, close } of prices.minutes(row, day)) {
      const end = at + MICROS_PER_MINUTE;
      if (session === undefined || end <= session.open || end > session.close) continue;
      const name = key(symbol, end);
      const isValued = execute.told.has(name) && execute.dealt.has(end);
      const isDecided = compute.told.has(name) && compute.dealt.has(end);
      counts.bars += 1;
      if (isValued) counts.valued += 1;
      if (isDecided) counts.decided += 1;
      if (!isValued || !isDecided) counts.dropped += 1;
      else if (execute.told.get(name) !== close || compute.told.get(name) !== close) counts.wrong += 1;
      else if ([compute, execute].some(({ twice }) => twice.has(name) || twice.has(String(end))))
        counts.wrong += 1;
    }
  }
  return { session: isoDate(day), ...counts };
}

function ofCompute(root: string, run: RunTerms): Journaled {
  const instruments = instrumentTable(run.symbols);
  const found: Journaled = { told: new Map(), dealt: new Set(), twice: new Set() };
  for (const { part, payload } of entries(root, "compute.db", run)) {
    if (part === "command") deal(found, parseDecision(payload).at);
    if (part !== "input") continue;
    const input = parseComputeInput(payload, instruments);
    if (input.kind === "market" && input.event.kind === "BarsClosed") hear(found, input.event.bars, run);
  }
  return found;
}

function ofExecute(root: string, run: RunTerms): Journaled {
  const instruments = instrumentTable(run.symbols);
  const found: Journaled = { told: new Map(), dealt: new Set(), twice: new Set() };
  for (const { part, payload } of entries(root, "journal.db", run)) {
    if (part !== "input" || !payload.includes("BarsClosed")) continue;
    const input = parseExecuteInput(payload, instruments);
    if (input.kind !== "event" || input.event.kind !== "BarsClosed") continue;
    hear(found, input.event.bars, run);
    deal(found, input.event.bars.at);
  }
  return found;
}

function hear({ told, twice }: Journaled, { at, from, to, columns }: BarBatch, { symbols }: RunTerms): void {
  for (let row = from; row < to; row++) {
    const name = key(symbols[columns.instrument[row]!] ?? "", at);
    if (told.has(name)) twice.add(name);
    told.set(name, columns.close[row]!);
  }
}

function deal({ dealt, twice }: Journaled, at: number): void {
  if (dealt.has(at)) twice.add(String(at));
  dealt.add(at);
}

/** Texts of a journal in their order. */
export function* entries(root: string, file: string, { run }: RunTerms) {
  const reader = new JournalReader(join(root, "db", file));
  try {
    for (const { part, payload } of reader.entries(run)) yield { part, payload: String(payload) };
  } finally {
    reader.close();
  }
}
