/**
 * A random market of the kind that a strategy trades, with the funds that it names and rows of the reference tables
 * that it reads: registering a strategy is enough to have one.
 */
import type { BarColumns } from "../src/domain/bars.ts";
import { batchCount } from "../src/domain/bars.ts";
import type { ReferenceTold } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { instrumentTable } from "../src/domain/instrument.ts";
import { MARKET_ROW, type ReferenceRow, type ReferenceTable } from "../src/domain/reference-table.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { SESSION_MINUTES, warmupOn } from "../src/features/feature.ts";
import { createRng, type Rng } from "../src/numerics/rng.ts";
import type { BoundStrategy, StrategyModule } from "../src/strategies/strategy.ts";
import { randomDaily } from "./daily-market.ts";
import { type RandomMarket, randomIntraday } from "./intraday-market.ts";

export interface StrategyWorld {
  readonly columns: BarColumns;
  readonly references: readonly ReferenceTold[];
}

/** How often a table is told anew, in batches. */
const EVERY = 5;
const TICKER = /^[A-Z]{1,5}$/;

export function worldFor(module: StrategyModule, market: RandomMarket): StrategyWorld {
  const bound = module.bind({});
  const named = Object.values(bound.params as Record<string, unknown>)
    .flat()
    .filter((value): value is string => typeof value === "string" && TICKER.test(value));
  const plain = module.timeframes.includes("1d")
    ? randomDaily(market)
    : randomIntraday({ ...market, days: daysFor(bound) });
  const symbols = plain.instruments.symbols.map((symbol, i) => named[i] ?? symbol);
  const columns = { ...plain, instruments: instrumentTable(symbols) };
  const tables = [...new Map((bound.references ?? []).map(([, { table }]) => [table.id, table])).values()];
  const told: ReferenceTold[] = [];
  for (let batch = 0; batch < batchCount(columns); batch += EVERY) {
    // Known just before the bars close: what a provider tells of the close before.
    const at = (columns.closedAt[batch]! - 1) as EpochMicros;
    for (const table of tables)
      told.push({ kind: "ReferenceTold", at, table: table.id, rows: rowsOf(table, market, batch, columns) });
  }
  return { columns, references: told };
}

/** Sessions until the slowest of what it reads is warm, and twenty more. */
function daysFor({ features }: BoundStrategy): number {
  const bars = features.map(([, { feature }]) => warmupOn(feature, "5m"));
  return Math.ceil((5 * Math.max(0, ...bars)) / SESSION_MINUTES) + 20;
}

function rowsOf(
  table: ReferenceTable,
  { seed }: RandomMarket,
  batch: number,
  columns: BarColumns,
): ReferenceRow[] {
  const rng = createRng(seed, `${table.id} ${batch}`);
  const names = Object.keys(table.columns);
  const row = (i: number) => names.map((name) => numberOf(`${table.id}.${name}`, i, rng, columns));
  if (table.scope === "market") return [{ instrument: MARKET_ROW, values: row(0) }];
  return columns.instruments.symbols.map((_, i) => ({ instrument: i as InstrumentId, values: row(i) }));
}

/** Numbers of a size that such a table holds. */
function numberOf(column: string, i: number, rng: Rng, columns: BarColumns): number {
  const u = rng.uniform();
  switch (column) {
    case "vix.vix":
      return 12 + 20 * u;
    case "vix.vix3m":
    case "vix.vix_mean_63":
      return 17 + 6 * u;
    case "earnings.surprise":
      return 6 * u - 3;
    case "earnings.sessions":
      return Math.floor(60 * u);
    case "news.stories":
      return Math.floor(2 * u);
    case "universe.tier":
      return 1;
    case "pairs.partner":
      return i ^ 1;
    case "pairs.role":
      return i % 2 === 0 ? 1 : -1;
    case "pairs.hedge":
      return 0.8;
    case "pairs.anchor":
      return columns.close[columns.offset[0]!]!;
    case "pairs.mean":
      return 0;
    case "pairs.deviation":
      return 0.25;
    case "pairs.half_life":
      return 4;
    case "fundamentals.shares":
      return 1e6 * (1 + Math.floor(10 * u));
    case "fundamentals.age_days":
      return 100;
    case "fundamentals.book":
    case "fundamentals.ebit":
    case "fundamentals.debt":
    case "fundamentals.cash":
      return 1e7 * u;
    default:
      return u;
  }
}
