/** What broke and what was done about it in a session: claims, restarts, alerts, errors, acts of operators. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { type EpochMicros, isoInstant, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { ExchangeClock } from "../../market/exchange-clock.ts";
import type { LedgerRow } from "../live/ledger-reads.ts";
import { journalPath, type RecordedRun } from "../live/recorded-run.ts";
import { causeOfClaim } from "./able-record.ts";
import type { DailyAlert, DailyAnchors, DailyClaim, DailyIncidents } from "./daily-terms.ts";
import { readErrors } from "./ledger-day.ts";

const journals = { "journal.db": "execute", "compute.db": "compute", "ingest.db": "ingest" } as const;

/** Epoch micros of the exchange: the day in New York. */
interface DaySpan {
  readonly from: number;
  readonly to: number;
}

export function dailyIncidents(
  recorded: RecordedRun,
  { from, to }: DaySpan,
  claims: readonly LedgerRow[],
): DailyIncidents {
  const { root, run, terms } = recorded;
  const within = ({ at }: { readonly at: number }) => at >= from && at < to;
  const clock = new ExchangeClock(terms.clock, xnysSessions());
  const machine = (at: number) => new Date(clock.machineAt(at as EpochMicros)).toISOString();
  const reader = new JournalReader(journalPath(root, "execute"));
  try {
    const restarts = reader.lives(run).filter(within);
    const sent = reader.alerts().filter(({ id, at }) => id.startsWith(`${run}-`) && within({ at }));
    return {
      claims: claims.map(claimOf),
      restarts: restarts.map(({ before, at, life }) => ({
        ...{ life, from: isoInstant(before), to: isoInstant(at) },
        minutes: (at - before) / MICROS_PER_MINUTE,
      })),
      alerts: [
        ...sent.map(
          ({ at, level, text, state, channel, deliveredAt }): DailyAlert => ({
            ...{ at: isoInstant(at), from: "execute", level, text, state, channel: channel ?? null },
            deliveredAt: deliveredAt === undefined ? null : isoInstant(deliveredAt),
          }),
        ),
        ...guardianAlerts(root, (machineMs) => clock.exchangeAt(machineMs)).filter(({ at }) => {
          const micros = Date.parse(at) * 1000;
          return micros >= from && micros < to;
        }),
      ].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
      errors: readErrors(root, machine(from), machine(to)).map((row) => ({
        level: String(row.level),
        component: String(row.component),
        message: String(row.message),
        count: Number(row.count),
        last: String(row.last),
      })),
      acts: reader
        .audit()
        .filter(within)
        .map(({ at, who, action, reason }) => ({ at: isoInstant(at), who, action, reason })),
    };
  } finally {
    reader.close();
  }
}

/** Heads of all journals of the run, and of the operators' record. */
export function anchorsOf({ root, run }: RecordedRun): DailyAnchors {
  const heads = Object.entries(journals).flatMap(([journal, stage]) => {
    const path = journalPath(root, stage);
    if (!existsSync(path)) return [];
    return reading(path, (reader) =>
      reader
        .runHeads()
        .filter((head) => head.run === run)
        .map(({ entries, head }) => ({ journal, entries, head })),
    );
  });
  return { journals: heads, audit: reading(journalPath(root, "execute"), (reader) => reader.heads().audit) };
}

function claimOf(row: LedgerRow): DailyClaim {
  const cause = causeOfClaim(row);
  const instant = (value: LedgerRow[string] | undefined) =>
    value === null || value === undefined ? null : isoInstant(Number(value) as EpochMicros);
  return {
    authority: String(row.authority),
    source: String(row.breaker_type),
    target: String(row.target),
    level: String(row.action),
    reason: String(row.reason),
    from: instant(row.triggered_at) ?? "",
    to: instant(row.ended_at),
    endedBy: row.ended_by === null ? null : String(row.ended_by),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Lines that cannot be read are passed over: the guardian may be writing the last one. */
function guardianAlerts(root: string, exchangeAt: (machineMs: number) => EpochMicros): DailyAlert[] {
  const path = join(root, "run", "guardian-alerts.jsonl");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line): DailyAlert[] => {
      try {
        const { machineMs, severity, text } = JSON.parse(line) as Readonly<Record<string, unknown>>;
        if (typeof machineMs !== "number") return [];
        const told = { from: "guardian", level: String(severity), text: String(text) } as const;
        return [
          { ...told, at: isoInstant(exchangeAt(machineMs)), state: "told", channel: null, deliveredAt: null },
        ];
      } catch {
        return [];
      }
    });
}

function reading<Result>(path: string, work: (reader: JournalReader) => Result): Result {
  const reader = new JournalReader(path);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}
