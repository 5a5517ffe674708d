/** What the `data` commands say to people. */
import type { Compacted } from "../adapters/lake/compact.ts";
import type { Exported } from "../adapters/lake/export-csv.ts";
import type { ActionsImported } from "../adapters/lake/import-actions.ts";
import type { ImportResult } from "../adapters/lake/import-files.ts";
import type { ListedSeries } from "../adapters/lake/lake.ts";
import type { ListedTicks } from "../adapters/lake/list-ticks.ts";
import type { VerifyReport } from "../adapters/lake/verify.ts";
import { alignedTable, grouped } from "./aligned-table.ts";

/** Remarks on single series that a terminal is shown; `--json` has all. */
const shownRemarks = 40;

export function importText(result: ImportResult): string {
  const {
    imported,
    rejected,
    duplicates,
    replaced,
    conflicts,
    symbols,
    from,
    to,
    audit,
    rejectedByRule,
    notes,
  } = result;
  const rules = Object.entries(rejectedByRule).map(([rule, count]) => `${rule} ${grouped(count)}`);
  return [
    `${grouped(imported)} rows imported, ${grouped(rejected)} rejected, ${grouped(duplicates)} duplicates`,
    ...(replaced === 0
      ? []
      : [
          `${grouped(replaced)} of the duplicates REPLACED rows that held other values; a snapshot keeps the old ones`,
        ]),
    ...(conflicts === 0
      ? []
      : [
          `${grouped(conflicts)} of the duplicates CONFLICT with another row of the same bar: ` +
            `the last one was taken, all of them are in ${audit}`,
        ]),
    ...(from === null ? [] : [`${grouped(symbols)} symbol(s), ${from} to ${to}`]),
    ...(audit === null || rejected === 0 ? [] : [`rejected by ${rules.join(", ")}: ${audit}`]),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n");
}

export function actionsText(result: ActionsImported): string {
  const { imported, duplicates, replaced, rejected, splits, dividends, spinoffs, symbols, from, to } = result;
  const rules = Object.entries(result.rejectedByRule).map(([rule, count]) => `${rule} ${grouped(count)}`);
  return [
    `${grouped(imported)} actions imported, ${grouped(rejected)} rejected, ${grouped(duplicates)} known before` +
      (replaced === 0 ? "" : `, ${grouped(replaced)} of them REPLACED`),
    ...(from === null
      ? []
      : [
          `${grouped(splits)} splits, ${grouped(dividends)} dividends, ${grouped(spinoffs)} spin-offs ` +
            `of ${grouped(symbols)} symbol(s), ${from} to ${to}`,
        ]),
    ...(result.audit === null ? [] : [`rejected by ${rules.join(", ")}: ${result.audit}`]),
    ...result.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

function listText(series: readonly ListedSeries[]): string {
  if (series.length === 0)
    return "the lake is empty; fill it with `data import FILE... --timeframe 1d --adjustment split`";
  const columns = [
    { title: "symbol" },
    { title: "bars" },
    { title: "source" },
    { title: "adjusted" },
    { title: "rows", align: "right" },
    { title: "first" },
    { title: "last" },
    { title: "KB", align: "right" },
  ] as const;
  const rows = series.map(({ symbol, timeframe, source, adjustment, bars, from, to, bytes }) => [
    symbol,
    timeframe,
    source,
    adjustment,
    grouped(bars),
    from,
    to,
    grouped(bytes / 1024),
  ]);
  const total = series.reduce((sum, { bars }) => sum + bars, 0);
  return `${alignedTable(columns, rows)}\n${grouped(series.length)} series, ${grouped(total)} bars`;
}

/** Bars, and below them quotes and trades where there are any. */
export function listAllText(bars: readonly ListedSeries[], ticks: readonly ListedTicks[]): string {
  if (ticks.length === 0) return listText(bars);
  const columns = [
    { title: "symbol" },
    { title: "ticks" },
    { title: "source" },
    { title: "rows", align: "right" },
    { title: "days", align: "right" },
    { title: "first" },
    { title: "last" },
    { title: "KB", align: "right" },
  ] as const;
  const rows = ticks.map(({ symbol, kind, source, rows: count, days, from, to, bytes }) => [
    symbol,
    kind,
    source,
    grouped(count),
    grouped(days),
    from,
    to,
    grouped(bytes / 1024),
  ]);
  const list = alignedTable(columns, rows);
  return bars.length === 0 ? list : `${listText(bars)}\n\n${list}`;
}

/** A finding over many series is told once, not once per series. */
const REPEATS_ALL = "as for all of";

/** What is missing first, then what is silent or impossible, then what is only far out. */
function urgency(remark: string): number {
  const order = ["sessions absent", "without volume", "outside low to high", "without a session"];
  const found = order.findIndex((words) => remark.includes(words));
  return found < 0 ? order.length : found;
}

export function verifyText({ series, crossSeries, damaged }: VerifyReport): string {
  if (series.length === 0 && damaged.length === 0) return "the lake is empty; there is nothing to verify";
  const columns = [
    { title: "symbol" },
    { title: "bars" },
    { title: "source" },
    { title: "adjusted" },
    { title: "rows", align: "right" },
    { title: "first" },
    { title: "last" },
    { title: "gaps", align: "right" },
    { title: "absent", align: "right" },
    { title: "dup", align: "right" },
    { title: "outliers", align: "right" },
    { title: "zero vol", align: "right" },
    { title: "ohlc", align: "right" },
    { title: "split-like", align: "right" },
  ] as const;
  const rows = series.map((each) => [
    each.symbol,
    each.timeframe,
    each.source,
    each.adjustment,
    grouped(each.bars),
    each.from,
    each.to,
    grouped(each.missing.gaps),
    grouped(each.missing.bars),
    each.duplicates,
    each.outliers,
    grouped(each.zeroVolume),
    each.ohlcViolations,
    each.splitLike.length,
  ]);
  const remarks = series
    .flatMap(({ symbol, timeframe, remarks: said }) => said.map((text) => `${symbol} ${timeframe}: ${text}`))
    .filter((text) => !text.includes(REPEATS_ALL))
    .toSorted((a, b) => urgency(a) - urgency(b));
  const hidden = remarks.length - shownRemarks;
  return [
    alignedTable(columns, rows),
    "",
    ...crossSeries.map(
      ({ date, source, adjustment, detail }) => `all of ${source} ${adjustment}, ${date}: ${detail}`,
    ),
    ...remarks.slice(0, shownRemarks),
    ...(hidden > 0 ? [`... and ${grouped(hidden)} more remarks; --json has them all`] : []),
    ...damaged.map(({ path, problem }) => `DAMAGED ${path}: ${problem}`),
  ].join("\n");
}

export function exportText({ out, rows, symbols, from, to }: Exported): string {
  return `${grouped(rows)} rows of ${grouped(symbols)} symbol(s), ${from} to ${to}, in ${out}`;
}

export function compactText({ filesBefore, filesAfter, dropped, droppedBytes }: Compacted): string {
  const space = `${grouped(dropped)} unnamed file(s) dropped (${grouped(droppedBytes / 1024)} KB)`;
  return `${grouped(filesBefore)} files, now ${grouped(filesAfter)}; ${space}`;
}
