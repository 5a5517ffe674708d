/**
 * Brings splits, dividends and spin-offs into the lake (DATA-6). Every line is judged by itself and, where raw daily
 * bars of its symbol are stored, against their prices; what fails stands in an audit list with rule and reason.
 * Actions may come before the bars or after: prices are asked again whenever bars are read.
 */
import { mkdirSync, rmSync } from "node:fs";
import { InputError } from "../../domain/assert.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { isoDate, MICROS_PER_DAY } from "../../domain/time.ts";
import { judgeSeries } from "../../market/actions/judge-series.ts";
import { isCalendarDay, sessionRowOn } from "../../market/calendar.ts";
import { type ActionCells, actionFormat, type ReadAction } from "./action-formats.ts";
import { actionKey, compareActions, readActions, writeActions } from "./action-store.ts";
import { AuditFile } from "./audit-file.ts";
import { readActionsEntry, readCatalog, writeCatalog } from "./catalog.ts";
import type { Duck } from "./duck.ts";
import type { LakePaths } from "./paths.ts";
import { readEach } from "./read-series.ts";
import { linesSetAside, rejectsOf, tableSql, type WideLine } from "./row-query.ts";
import { inspectFile, readingProblem, type SourceFile } from "./source-file.ts";
import { sweep } from "./sweep.ts";
import { asOnlyWriter } from "./writer-lock.ts";

export interface ActionsRequest {
  readonly files: readonly string[];
}

export interface ActionsImported {
  /** Actions the lake did not have, and those that repeat or replace one it had. */
  readonly imported: number;
  readonly duplicates: number;
  /** Of the duplicates, those that now say something else. */
  readonly replaced: number;
  readonly rejected: number;
  readonly symbols: number;
  readonly splits: number;
  readonly dividends: number;
  readonly spinoffs: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly audit: string | null;
  readonly rejectedByRule: Readonly<Record<string, number>>;
  /** Actions of symbols without raw daily bars: their prices are asked when bars are read. */
  readonly unchecked: number;
  readonly notes: readonly string[];
}

export const SCHEMA = "schema";
/** Columns of the list of what was refused. */
export const actionCells = ["kind", "new_shares", "old_shares", "cash_per_share", "reference"];
const NOT_CORROBORATED = "not-corroborated";
const symbolPattern = /^[A-Z0-9^][A-Z0-9.^/=_-]{0,23}$/;
/** Most spin-offs that a note lists by name. */
const shownSpinoffs = 12;

/** Where an action was read: for the audit list. */
export interface Origin {
  readonly file: string;
  readonly row: number | "";
}

/** Throws InputError when a file is unusable; nothing is imported then. */
export async function importActions(
  duck: Duck,
  paths: LakePaths,
  { files }: ActionsRequest,
): Promise<ActionsImported> {
  if (files.length === 0) throw new InputError("name at least one CSV or Parquet file of corporate actions");
  const inspected: { readonly file: SourceFile; readonly format: ReturnType<typeof actionFormat> }[] = [];
  for (const path of files) {
    const file = await inspectFile(duck, path);
    inspected.push({ file, format: actionFormat(file) });
  }
  return asOnlyWriter(paths.lock, async () => {
    sweep(paths, readCatalog(paths));
    mkdirSync(paths.staging, { recursive: true, mode: 0o700 });
    const audit = new AuditFile(paths.audit, paths.staging, { kind: "actions", cells: actionCells });
    try {
      const read: { readonly origin: Origin; readonly action: CorporateAction }[] = [];
      for (const [i, { file, format }] of inspected.entries()) {
        const lines = await readLines(
          duck,
          file,
          [...format.columns, ...(format.optional ?? [])],
          format.keep,
          i,
        );
        for (const each of format.read(lines.cells)) sortIn(read, audit, file.path, each);
        for (const { line, reason, text } of lines.setAside) {
          const about = { file: file.path, row: Math.max(1, line - 1), symbol: "", timestamp: "" };
          audit.add({ ...about, rule: SCHEMA, reason, raw: [text, "", "", "", ""] });
        }
      }
      return await merge(duck, paths, read, audit);
    } finally {
      audit.discard();
      rmSync(paths.staging, { recursive: true, force: true });
    }
  });
}

async function readLines(
  duck: Duck,
  file: SourceFile,
  columns: readonly string[],
  keep: string | undefined,
  ordinal: number,
): Promise<{ readonly cells: ActionCells[]; readonly setAside: readonly WideLine[] }> {
  const sqlOf = (name: string) =>
    file.columns.find((column) => column.name.toLowerCase() === name)?.sql ?? "NULL";
  const cells = columns.map((name) => `coalesce(${sqlOf(name)}::VARCHAR, '')`).join(", ");
  const where =
    keep === undefined ? "" : ` WHERE ${keep.replaceAll(/@(\w+)/g, (_, name: string) => sqlOf(name))}`;
  const { rows, setAside } = await duck
    .during(async (session) => ({
      rows: await session.rows(`SELECT ${cells} FROM ${tableSql(file, ordinal)}${where}`),
      setAside: await linesSetAside(session, rejectsOf(file, ordinal)),
    }))
    .catch((error: unknown) => {
      throw readingProblem(file.path, error);
    });
  const named = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, String(row[i])])));
  return { cells: named, setAside };
}

function sortIn(
  read: { readonly origin: Origin; readonly action: CorporateAction }[],
  audit: AuditFile,
  file: string,
  each: ReadAction,
): void {
  if ("refused" in each) {
    const { row, symbol, date, refused: reason } = each;
    audit.add({ file, row, symbol, timestamp: date, rule: SCHEMA, reason, raw: ["", "", "", "", ""] });
    return;
  }
  const origin = { file, row: each.row };
  const broken = unusable(each.action);
  if (broken === undefined) read.push({ origin, action: each.action });
  else refuse(audit, origin, each.action, SCHEMA, broken);
}

/** Why no price could ever bear this action out; undefined when one could. */
export function unusable({
  symbol,
  exDate,
  kind,
  newShares,
  oldShares,
  cashPerShare,
  reference,
  payDate,
}: CorporateAction): string | undefined {
  if (!symbolPattern.test(symbol))
    return `symbol "${symbol.slice(0, 40)}" is not 1 to 24 of A-Z 0-9 . ^ / = _ -`;
  if (!Number.isInteger(exDate)) return "ex-date is no date; YYYY-MM-DD is needed";
  if (isCalendarDay(exDate) && sessionRowOn(exDate) < 0)
    return `${isoDate(exDate)} is no session, so nothing begins to trade ex on it`;
  if (payDate !== undefined && !Number.isInteger(payDate)) return "pay date is no date; YYYY-MM-DD is needed";
  if (kind === "split") {
    const whole = [newShares, oldShares].every(
      (count) => Number.isSafeInteger(count) && count > 0 && count <= 1e9,
    );
    return whole && newShares !== oldShares
      ? undefined
      : `${newShares} new for ${oldShares} old shares is no split`;
  }
  if (!(cashPerShare > 0)) return `cash ${cashPerShare} a share is not above 0`;
  if (cashPerShare >= reference)
    return `cash ${cashPerShare} a share is not below the close before, ${reference}`;
  return undefined;
}

export function refuse(
  audit: AuditFile,
  { file, row }: Origin,
  action: CorporateAction,
  rule: string,
  reason: string,
): void {
  const { symbol, exDate, kind, newShares, oldShares, cashPerShare, reference } = action;
  const timestamp = Number.isInteger(exDate) ? isoDate(exDate) : "";
  const raw = [kind, newShares, oldShares, cashPerShare, Number.isNaN(reference) ? "" : reference].map(
    String,
  );
  audit.add({ file, row, symbol, timestamp, rule, reason, raw });
}

async function merge(
  duck: Duck,
  paths: LakePaths,
  read: readonly { readonly origin: Origin; readonly action: CorporateAction }[],
  audit: AuditFile,
): Promise<ActionsImported> {
  const origins = new Map(read.map(({ origin, action }) => [actionKey(action), origin]));
  const incoming = new Map(read.map(({ action }) => [actionKey(action), action]));
  const unchecked = await corroborate(duck, paths, incoming, origins, audit);
  const before = new Map(
    readActions(paths, readActionsEntry(paths)).map((action) => [actionKey(action), action]),
  );
  const known = [...incoming.keys()].filter((key) => before.has(key));
  const replaced = known.filter((key) => !sameAction(before.get(key), incoming.get(key))).length;
  const all = [...new Map([...before, ...incoming]).values()];
  if (incoming.size > 0) writeCatalog(paths, readCatalog(paths), writeActions(paths, all) ?? null);
  const accepted = [...incoming.values()].toSorted((a, b) => a.exDate - b.exDate);
  const count = (kind: string) => accepted.filter((action) => action.kind === kind).length;
  const [first, last] = [accepted[0], accepted.at(-1)];
  const rejectedByRule = audit.byRule();
  return {
    imported: incoming.size - known.length,
    duplicates: read.length - incoming.size + known.length - (rejectedByRule[NOT_CORROBORATED] ?? 0),
    replaced,
    rejected: audit.rows,
    symbols: new Set(accepted.map(({ symbol }) => symbol)).size,
    splits: count("split"),
    dividends: count("dividend"),
    spinoffs: count("spinoff"),
    from: first === undefined ? null : isoDate(first.exDate),
    to: last === undefined ? null : isoDate(last.exDate),
    rejectedByRule,
    audit: audit.finish(),
    unchecked,
    notes: notesOn(accepted, unchecked),
  };
}

/** Takes out of `incoming` what raw daily bars contradict. Returns how many had no bars to ask. */
export async function corroborate(
  duck: Duck,
  paths: LakePaths,
  incoming: Map<string, CorporateAction>,
  origins: ReadonlyMap<string, Origin>,
  audit: AuditFile,
): Promise<number> {
  const bySymbol = Map.groupBy([...incoming.values()].toSorted(compareActions), ({ symbol }) => symbol);
  const raw = readCatalog(paths).filter(
    ({ timeframe, adjustment, symbol }) => timeframe === "1d" && adjustment === "raw" && bySymbol.has(symbol),
  );
  for await (const { series, rows } of readEach(duck, paths, raw, {})) {
    const actions = (bySymbol.get(series.symbol) ?? []).filter((action) => incoming.has(actionKey(action)));
    const day = rows.ts.map((ts) => ts / MICROS_PER_DAY);
    const { refused } = judgeSeries({ day, open: rows.open, close: rows.close }, actions);
    for (const { action, reason, isInHole } of refused) {
      // Another source may have bars where this one has none: it is asked again whenever bars are read.
      if (isInHole) continue;
      incoming.delete(actionKey(action));
      const origin = origins.get(actionKey(action)) ?? { file: "", row: 0 };
      refuse(audit, origin, action, NOT_CORROBORATED, reason);
    }
  }
  const asked = new Set(raw.map(({ symbol }) => symbol));
  return [...incoming.values()].filter(({ symbol }) => !asked.has(symbol)).length;
}

function sameAction(a: CorporateAction | undefined, b: CorporateAction | undefined): boolean {
  return (
    a?.newShares === b?.newShares &&
    a?.oldShares === b?.oldShares &&
    a?.cashPerShare === b?.cashPerShare &&
    a?.payDate === b?.payDate &&
    Object.is(a?.reference, b?.reference)
  );
}

function notesOn(accepted: readonly CorporateAction[], unchecked: number): string[] {
  const spinoffs = accepted.filter(({ kind }) => kind === "spinoff");
  const names = spinoffs.slice(0, shownSpinoffs).map(({ symbol, exDate }) => `${symbol} ${isoDate(exDate)}`);
  const more = spinoffs.length > shownSpinoffs ? ` and ${spinoffs.length - shownSpinoffs} more` : "";
  return [
    ...(spinoffs.length === 0
      ? []
      : [`spin-offs, booked as cash of what the price lost: ${names.join(", ")}${more}`]),
    ...(unchecked === 0
      ? []
      : [`${unchecked} action(s) of symbols without raw daily bars; prices are asked when bars are read`]),
  ];
}
