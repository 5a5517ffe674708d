/**
 * The source document's two checklists as checks of the real thing (D, appendix C): before the first start, and on the
 * first day. Reads files alone, also while the system runs; what a later release brings says so.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { replaceFile } from "../../adapters/durable-file.ts";
import { JobsReader } from "../../adapters/jobs/jobs-reader.ts";
import { jobsPath } from "../../adapters/jobs/jobs-store.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { Config } from "../config.ts";
import { knownRun } from "../live/active-run.ts";
import { keptRecord } from "../live/kept-records.ts";
import { logFolder } from "../live/log-folder.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { tradedConfig } from "../traded-config.ts";
import { tradingHash } from "../trading-hash.ts";
import { type Check, fail, messageOf, ok, warn } from "./check.ts";
import { regimeCheck } from "./regime-check.ts";

export interface DayOneTerms {
  /** Folder of all state. */
  readonly root: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const BACKUP_HOURS = 26;
const DRILL_DAYS = 8;
const HOUR_MS = 3_600_000;
const LATER = "comes with a later release";

/** In the order of the checklists. */
export function dayOneChecks(terms: DayOneTerms): readonly Check[] {
  const { root } = terms;
  const known = knownRun(root);
  const run = known?.run.run;
  const runRoot = known?.root ?? root;
  return [
    allocationsCheck(terms.config),
    killFolderCheck(root),
    limitsCheck(terms),
    logsCheck(runRoot, terms),
    warn(
      "checkpoints",
      `of genetic programming: ${LATER}`,
      "nothing to do: no strategy of it can be enabled",
    ),
    preMarketCheck(runRoot, run),
    regimeCheck(root, tradedConfig(terms.config, terms.config.mode)),
    signalsCheck(runRoot, run),
    breakersCheck(runRoot, run),
    dayResultCheck(runRoot, run),
    ...(known === undefined ? [] : [historyCheck(known.run)]),
    errorLogCheck(runRoot),
    silentFailuresCheck(runRoot, terms),
    backupCheck(runRoot, terms.nowMs),
    drillCheck(runRoot, terms.nowMs),
    recordCheck(runRoot),
  ];
}

function allocationsCheck({ strategies }: Config): Check {
  const enabled = Object.entries(strategies).filter(([, entry]) => entry.enabled);
  const told = enabled.map(([id, { allocation }]) => `${id} ${(allocation * 100).toFixed(1)} %`).join(", ");
  const sum = enabled.reduce((total, [, { allocation }]) => total + allocation, 0);
  if (Math.abs(sum - 1) < 1e-9) return ok("allocations", `100 %: ${told}`);
  return fail(
    "allocations",
    `${(sum * 100).toFixed(1)} %: ${told}`,
    "set strategies.*.allocation so that they sum to 1",
  );
}

function killFolderCheck(root: string): Check {
  const name = "kill switch folder";
  const folder = join(root, "killswitch");
  const status = statSync(folder, { throwIfNoEntry: false });
  const cure = `run: mkdir -m 700 ${folder}`;
  if (status?.isDirectory() !== true) return fail(name, `${folder} is not there`, cure);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return fail(
      name,
      `${folder} cannot be written: nobody could halt by a file`,
      "give it to the account that runs it",
    );
  }
  return ok(name, folder);
}

const reviewPath = (root: string): string => join(root, "run", "limits-reviewed.json");

/** Writes down that a person has read the limits. Throws InputError (exit 3) when it is about other settings. */
export function acknowledgeLimits({ root, config, nowMs }: DayOneTerms, hash: string, by: string): void {
  const own = tradingHash(tradedConfig(config, config.mode));
  if (hash !== own)
    throw new InputError(
      `--acknowledge ${hash.slice(0, 40)}: the settings that trade have hash ${own}; ` +
        "read them: plimsoll config show --effective",
      3,
    );
  replaceFile(reviewPath(root), `${JSON.stringify({ hash, by, at: new Date(nowMs).toISOString() })}\n`);
}

function limitsCheck({ root, config }: DayOneTerms): Check {
  const name = "limits reviewed";
  const hash = tradingHash(tradedConfig(config, config.mode));
  const cure = `read them: plimsoll config show --effective, then: plimsoll doctor --day1 --acknowledge ${hash}`;
  try {
    const said = JSON.parse(readFileSync(reviewPath(root), "utf8")) as Readonly<Record<string, string>>;
    if (said.hash === hash) return ok(name, `hash ${hash}, by ${said.by} at ${said.at}`);
    return fail(name, `they were ${said.hash} when ${said.by} read them at ${said.at}, now ${hash}`, cure);
  } catch {
    return fail(name, `nobody has said that they were read; hash ${hash}`, cure);
  }
}

interface Loud {
  readonly at: string;
  readonly text: string;
  readonly level: string;
}

/** Warnings and worse of the newest log. */
function loudLines(runRoot: string, env: DayOneTerms["env"]): readonly Loud[] | undefined {
  const folder = logFolder(runRoot, env);
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => /^plimsoll-.*\.log$/.test(file))
    : [];
  const newest = files.toSorted().at(-1);
  if (newest === undefined) return undefined;
  return readFileSync(join(folder, newest), "utf8")
    .split("\n")
    .filter((line) => /"level":"(?:WARNING|ERROR|CRITICAL)"/.test(line))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Loud];
      } catch {
        return []; // A line that is being written.
      }
    });
}

function logsCheck(runRoot: string, { env }: DayOneTerms): Check {
  const name = "logs";
  const loud = loudLines(runRoot, env);
  if (loud === undefined) return ok(name, "none yet: a fresh state");
  const of = (level: string) => loud.filter((line) => line.level === level);
  const counts = `${of("CRITICAL").length} critical, ${of("ERROR").length} errors, ${of("WARNING").length} warnings`;
  const found = `${counts} in the newest`;
  const worst = of("CRITICAL")[0] ?? of("ERROR")[0];
  if (worst === undefined) return ok(name, found);
  return warn(
    name,
    `${found}; first: ${String(worst.text).slice(0, 120)}`,
    "see the log, and docs/RUNBOOK.md",
  );
}

function preMarketCheck(runRoot: string, run: string | undefined): Check {
  const name = "pre-market";
  const cure = "it runs at 06:30 ET while the system runs; see: plimsoll jobs ls";
  const path = jobsPath(runRoot);
  if (run === undefined || !existsSync(path)) return warn(name, "no task has run yet", cure);
  try {
    const reader = new JobsReader(path);
    try {
      const newest = reader.newest(run);
      const wanted = ["sync_previous_day", "sync_positions_from_broker", "validate_api_connectivity"];
      const told = wanted.map((id) => `${id} ${newest.get(id)?.state ?? "not yet"}`).join(", ");
      const failed = wanted.filter((id) => newest.get(id)?.state === "failed");
      if (failed.length > 0) return fail(name, told, `see: plimsoll jobs history --task ${failed[0]}`);
      return wanted.some((id) => newest.get(id) === undefined) ? warn(name, told, cure) : ok(name, told);
    } finally {
      reader.close();
    }
  } catch (error) {
    return fail(name, messageOf(error), "see the log");
  }
}

/** One row of a ledger file; undefined where there is no file, no table or no row. */
function row(path: string, sql: string, ...values: readonly string[]) {
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return db.prepare(sql).get(...values);
  } finally {
    db.close();
  }
}

function signalsCheck(runRoot: string, run = ""): Check {
  const sql = "SELECT count(*) AS n, max(timestamp) AS last FROM signals WHERE run = ?";
  const count = Number(row(ledgerPlaces(runRoot).trades, sql, run)?.n ?? 0);
  if (count > 0) return ok("signals", `${count} in trades.db`);
  return warn(
    "signals",
    "none in trades.db yet",
    "they come with the first decision that wishes anything; see: plimsoll why",
  );
}

function breakersCheck(runRoot: string, run = ""): Check {
  const name = "breakers";
  const sql =
    "SELECT count(*) AS n, sum(is_active) AS active, " +
    "group_concat(CASE is_active WHEN 1 THEN reason END, '; ') AS why " +
    "FROM circuit_breaker_state WHERE run = ?";
  const found = row(ledgerPlaces(runRoot).performance, sql, run);
  if (found === undefined)
    return warn(name, "nothing is known of them before the first start", "plimsoll start");
  const active = Number(found.active ?? 0);
  if (active === 0) return ok(name, `none holds a claim; ${Number(found.n)} have since the start`);
  return warn(
    name,
    `${active} in force: ${String(found.why).slice(0, 160)}`,
    "see: plimsoll locks, and docs/RUNBOOK.md",
  );
}

function dayResultCheck(runRoot: string, run = ""): Check {
  const name = "day's result";
  const sql =
    "SELECT date, daily_pnl, is_final FROM portfolio_daily WHERE run = ? ORDER BY date DESC LIMIT 1";
  const found = row(ledgerPlaces(runRoot).performance, sql, run);
  if (found === undefined)
    return warn(name, "no day is in performance.db yet", "it comes with the first minute of a session");
  const told = `${found.date}: ${found.daily_pnl === null ? "not known" : `${Number(found.daily_pnl).toFixed(2)} USD`}`;
  if (found.is_final === 1) return ok(name, `${told}, final`);
  return warn(name, `${told}, provisional`, "it is final at 16:30 ET; look again then");
}

/** What a run that began with positions cannot know (RELIABILITY 6.7). */
function historyCheck({ run, adopted, startedAt }: RunTerms): Check {
  if (adopted.length === 0) return ok("history", `of run ${run} is whole: it began with nothing held`);
  const taken = `${adopted.length} positions were taken over from the broker`;
  const found = `${taken}; results before ${startedAt} are not known`;
  return warn(
    "history",
    found,
    "say so in reports of these days; they have no stop of ours: docs/RUNBOOK.md#rebuild-from-the-broker",
  );
}

function errorLogCheck(runRoot: string): Check {
  const name = "error_log";
  const sql = "SELECT count(*) AS n, sum(is_resolved = 0) AS open, max(timestamp) AS last FROM error_log";
  const found = row(ledgerPlaces(runRoot).performance, sql);
  if (found === undefined) return warn(name, "there is no performance.db yet", "plimsoll start");
  if (Number(found.n) === 0) return ok(name, "is there and empty: nothing went wrong yet");
  return ok(name, `${found.n} rows, ${Number(found.open)} not resolved, the last of ${found.last}`);
}

/** What the log calls critical and error_log does not know has failed in silence. */
function silentFailuresCheck(runRoot: string, { env }: DayOneTerms): Check {
  const name = "silent failures";
  const critical = (loudLines(runRoot, env) ?? []).filter(({ level }) => level === "CRITICAL");
  const path = ledgerPlaces(runRoot).performance;
  const missing = critical.filter(
    ({ at }) => row(path, "SELECT 1 FROM error_log WHERE timestamp = ?", at) === undefined,
  );
  if (missing.length === 0)
    return ok(name, `none: all ${critical.length} critical lines of the newest log are in error_log`);
  return fail(
    name,
    `${missing.length} critical lines are in the log alone; first ${missing[0]?.at}`,
    "the collector could not write: see the disk, then the log of the supervisor",
  );
}

function backupCheck(runRoot: string, nowMs: number): Check {
  const record = keptRecord(runRoot, "backup");
  const cure = "run: plimsoll backup --scheduled, and see docs/RUNBOOK.md#backup-or-drill-overdue";
  if (record === undefined) return warn("backup", "none by the schedule yet", cure);
  const hours = record.lastOkAt === null ? Number.NaN : (nowMs - Date.parse(record.lastOkAt)) / HOUR_MS;
  const sealed = record.sealed ? "sealed" : "not sealed";
  if (!record.ok) return fail("backup", `the last one failed: ${record.why}`, cure);
  if (!(hours <= BACKUP_HOURS))
    return fail("backup", `the last good one is ${Math.round(hours)} h old`, cure);
  return ok("backup", `${record.file}, ${Math.round(hours)} h old, ${sealed}`);
}

function drillCheck(runRoot: string, nowMs: number): Check {
  const record = keptRecord(runRoot, "drill");
  const cure = "run: plimsoll restore --drill, and see docs/RUNBOOK.md#backup-or-drill-overdue";
  if (record === undefined) return warn("drill", "no backup was ever restored here", cure);
  const days = (nowMs - Date.parse(record.at)) / (24 * HOUR_MS);
  if (!record.ok) return fail("drill", `the last one failed: ${record.why}`, cure);
  if (days > DRILL_DAYS) return warn("drill", `the last one is ${Math.round(days)} days old`, cure);
  return ok(
    "drill",
    `${record.inputs} inputs replayed to the same state in ${record.tookMs} ms, ${record.at}`,
  );
}

function recordCheck(runRoot: string): Check {
  const proof = keptRecord(runRoot, "verify");
  if (proof === undefined) return warn("record", "not walked yet", "run: plimsoll verify-audit");
  if (!proof.ok)
    return fail(
      "record",
      `not as it was written: ${proof.brokenAt}`,
      "see docs/RUNBOOK.md#corrupted-journal-or-restore",
    );
  return ok("record", `${proof.entries} entries as they were written, at ${proof.at}`);
}
