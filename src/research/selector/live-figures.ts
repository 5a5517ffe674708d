/**
 * What strategies earned in runs of a root: closed round trips of its ledger, of late and by the settings of now. What
 * a strategy lost years ago, or by other parameters, says nothing of what is traded today.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import type { Config } from "../../app/config.ts";
import { journalPath } from "../../app/live/recorded-run.ts";
import { withHashes, withoutPlaces } from "../../app/own-strategies.ts";
import { InputError } from "../../domain/assert.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { sampleDeviation } from "../../numerics/moments.ts";
import { boundParams } from "../walk-forward/run-walk-forward.ts";

export interface LiveFigures {
  readonly trades: number;
  /** Dollars a round trip, net. */
  readonly mean: number;
  /** Of the mean against nothing earned; NaN below two trades, or where all are alike. */
  readonly tStatistic: number;
  /** When the first and the last of them ended, ISO instants; they are of so many sessions at most. */
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
}

export interface LiveTerms {
  readonly config: Config;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Trades that ended before so many sessions are not read. */
  readonly sessions: number;
  /** When an operator last said yes to a proposal of a strategy, milliseconds: older entries were answered by that. */
  readonly answeredMs: (strategy: string) => number;
}

const BUSY_MS = 2000;

interface Trip {
  readonly strategy: string;
  readonly pnl: number;
  readonly enteredMs: number;
  readonly endedMs: number;
}

/** By strategy; empty where there is no ledger. Not the demo's, which trades an invented market. Throws InputError. */
export function liveFigures(root: string, terms: LiveTerms): ReadonlyMap<string, LiveFigures> {
  const { trades } = ledgerPlaces(root);
  if (!existsSync(trades)) return new Map();
  const trips = tripsOf(root, trades, firstMs(terms), isOfNow(root, terms.config));
  const byStrategy = Map.groupBy(
    trips.filter(({ strategy, enteredMs }) => enteredMs > terms.answeredMs(strategy)),
    ({ strategy }) => strategy,
  );
  return new Map([...byStrategy].map(([id, own]) => [id, figuresOf(own, terms.sessions)]));
}

/** Open of the first session that is looked at. */
function firstMs({ nowMs, sessions }: LiveTerms): number {
  const { open } = xnysSessions();
  const last = open.findLastIndex((micros) => micros / 1000 <= nowMs);
  return open[Math.max(0, last - sessions + 1)]! / 1000;
}

function tripsOf(
  root: string,
  path: string,
  sinceMs: number,
  isCounted: (run: string, strategy: string) => boolean,
): Trip[] {
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    try {
      return db
        .prepare(
          `SELECT run, strategy, pnl, timestamp, exit_timestamp FROM trades
           WHERE status = 'CLOSED' AND pnl IS NOT NULL AND exit_timestamp >= ? ORDER BY exit_timestamp`,
        )
        .all(sinceMs * 1000)
        .filter(({ run, strategy }) => isCounted(String(run), String(strategy)))
        .map((row) => ({
          ...{ strategy: String(row.strategy), pnl: Number(row.pnl) },
          ...{ enteredMs: Number(row.timestamp) / 1000, endedMs: Number(row.exit_timestamp) / 1000 },
        }));
    } finally {
      db.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `ledger: ${path} cannot be read (${why}); see: plimsoll ledger verify --root ${root}`,
      1,
    );
  }
}

type Entry = Config["strategies"][string];

/** Whether a run traded a strategy as it is configured now. Of a run that the journal does not know nobody knows. */
function isOfNow(root: string, config: Config): (run: string, strategy: string) => boolean {
  const path = journalPath(root, "execute");
  const runs = new Map<string, Readonly<Record<string, Entry>>>();
  if (existsSync(path)) {
    const journal = new JournalReader(path);
    try {
      for (const { run, header } of journal.runs()) runs.set(run, entriesOf(header));
    } finally {
      journal.close();
    }
  }
  const now = withoutPlaces(withHashes(config)).strategies;
  const known = new Map<string, boolean>();
  return (run, strategy) => {
    const key = `${run} ${strategy}`;
    const found = known.get(key) ?? isAlike(config, strategy, now[strategy], runs.get(run)?.[strategy]);
    known.set(key, found);
    return found;
  };
}

function entriesOf(header: string): Readonly<Record<string, Entry>> {
  try {
    const { config } = JSON.parse(header) as { readonly config?: Config };
    return config === undefined ? {} : withoutPlaces(config).strategies;
  } catch {
    return {};
  }
}

/** But for its share and whether it is on. Settings that were not there then are as they are now. */
function isAlike(config: Config, id: string, now: Entry | undefined, then: Entry | undefined): boolean {
  if (now === undefined || then === undefined) return false;
  const said = (entry: Entry) => {
    const { enabled: _, allocation: __, maxPositions: ___, ...rest } = { ...now, ...entry };
    return canonicalJson({ ...rest, params: boundParams(config, id, entry.params) });
  };
  try {
    return said(now) === said(then);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function figuresOf(trips: readonly Trip[], sessions: number): LiveFigures {
  const results = Float64Array.from(trips, ({ pnl }) => pnl);
  const mean = results.reduce((sum, each) => sum + each, 0) / results.length;
  const error = sampleDeviation(results) / Math.sqrt(results.length);
  const [from, to] = [trips[0], trips.at(-1)].map((trip) => new Date(trip!.endedMs).toISOString());
  return {
    ...{ trades: results.length, mean, tStatistic: error > 0 ? mean / error : Number.NaN },
    ...{ from: from!, to: to!, sessions },
  };
}
