/**
 * What the journal and the ledger know of the minutes in which the system could not trade: claims that barred the whole
 * account, deaths of execute, and times in which no run was on record at all (RELIABILITY 6.5).
 */
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { DayNumber } from "../../domain/time.ts";
import { sessionAt, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import {
  ABLE_SESSIONS,
  type AbleMinutes,
  ableMinutes,
  type Outage,
  type OutageCause,
  type Spell,
} from "../../ops/able-minutes.ts";
import { outageCause } from "../../ops/outage-causes.ts";
import type { LedgerRow } from "../live/ledger-reads.ts";
import { journalPath, type RecordedRun } from "../live/recorded-run.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { readClaims } from "./ledger-day.ts";

/** Levels at which no entry of the account leaves. */
const barring = ["NO_NEW_ENTRIES", "REDUCE_ONLY", "FLATTEN", "HALTED"];

/** Undefined for a claim that bars on purpose, or bars no entry of the whole account. */
export function causeOfClaim(claim: LedgerRow): OutageCause | undefined {
  if (claim.target !== "account") return undefined;
  const { breaker_type: source, reason, action: level } = claim;
  return outageCause({ source: String(source), reason: String(reason), level: String(level) });
}

const barsAccount = ({ target, action }: LedgerRow): boolean =>
  target === "account" && barring.includes(String(action));

/**
 * Over the last 21 sessions up to `date`. `until` is the last instant that counts, epoch micros. A demo is judged by
 * itself: the runs before it traded other days of their own.
 */
export function ableRecord({ root, run, terms }: RecordedRun, date: DayNumber, until: number): AbleMinutes {
  const table = xnysSessions();
  const row = sessionRowOn(date);
  const first = Math.max(0, row - ABLE_SESSIONS + 1);
  const sessions = Array.from({ length: row - first + 1 }, (_, n) => sessionAt(table, first + n));
  const windowFrom = sessions[0]?.open ?? until;
  const reader = new JournalReader(journalPath(root, "execute"));
  try {
    const runs = reader
      .runs()
      .filter(({ run: name, header }) =>
        terms.mode === "demo" ? name === run : modeOf(header) === terms.mode,
      )
      .map(({ run: name }) => ({ name, span: reader.span(name) }))
      .filter(({ span }) => span !== undefined && span.from < until && span.to > windowFrom);
    const outages: Outage[] = [];
    const holds: Spell[] = [];
    let lastSign: number | undefined;
    for (const { name, span } of runs) {
      if (span === undefined) continue;
      if (lastSign !== undefined) outages.push(silence(lastSign, span.from, "no run was on record"));
      for (const { before, at, life } of reader.lives(name))
        outages.push(silence(before, at, `execute was started again, life ${life}`));
      for (const claim of readClaims(root, { run: name, from: windowFrom, to: until })) {
        if (!barsAccount(claim)) continue;
        const spell = spellOf(claim, until);
        const cause = causeOfClaim(claim);
        if (cause === undefined) holds.push(spell);
        else outages.push({ ...spell, cause });
      }
      lastSign = span.to;
    }
    const from = runs[0]?.span?.from ?? until;
    if (lastSign !== undefined && lastSign < until)
      outages.push(silence(lastSign, until, "no sign of life to the end"));
    return ableMinutes({ sessions, from, until, outages, holds });
  } finally {
    reader.close();
  }
}

const silence = (from: number, to: number, what: string): Outage => ({ from, to, what, cause: "own" });

const spellOf = ({ triggered_at, ended_at, breaker_type, reason }: LedgerRow, until: number): Spell => ({
  from: Number(triggered_at),
  to: ended_at === null || ended_at === undefined ? until : Number(ended_at),
  what: `${breaker_type}: ${reason}`,
});

/** Undefined for a header that nobody can read: such a run is counted nowhere. */
function modeOf(header: string): RunTerms["mode"] | undefined {
  try {
    return (JSON.parse(header) as Partial<RunTerms>).mode;
  } catch {
    return undefined;
  }
}
