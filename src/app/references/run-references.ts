/** The reference rows of a backtest: of each table that its strategies read, or why there are none. */
import { InputError } from "../../domain/assert.ts";
import type { BarColumns } from "../../domain/bars.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import { type ReferenceRef, type ReferenceTable, reference } from "../../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { universeTable } from "../../market/references/universe.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { sha256Hex } from "../../numerics/sha256.ts";
import type { BoundStrategy } from "../../strategies/strategy.ts";
import type { ReferenceWorld } from "./reference-provider.ts";
import { referenceProviders } from "./registry.ts";

export interface RunReferences {
  /** In order of time. */
  readonly told: readonly ReferenceTold[];
  /** Tables of which nothing is told, and why: a clause for people. */
  readonly absent: readonly { readonly table: string; readonly why: string }[];
  /** Names the rows, so that a run over others has another snapshot; empty without any. */
  readonly id: string;
}

type Reads = Pick<BoundStrategy, "references" | "tier">;

/** Tables that somebody reads, each once. */
export const tablesRead = (bound: readonly Reads[]): readonly ReferenceTable[] =>
  tablesOf(bound.flatMap(refsOf));

/** Those without which the strategy enters nothing in a system that runs (RN-1). */
export const tablesNeeded = (strategy: Reads): readonly ReferenceTable[] =>
  tablesOf(refsOf(strategy).filter(({ isOptional }) => isOptional !== true));

const refsOf = ({ references = [], tier }: Reads): readonly ReferenceRef[] => [
  ...references.map(([, ref]) => ref),
  ...(tier === undefined ? [] : [reference(universeTable, "tier")]),
];

const tablesOf = (refs: readonly ReferenceRef[]): readonly ReferenceTable[] => [
  ...new Map(refs.map(({ table }) => [table.id, table])).values(),
];

interface RunOverBars
  extends Pick<ReferenceWorld, "root" | "lake" | "config" | "choice" | "adjust" | "regime"> {
  readonly columns: BarColumns;
  /** Sessions before it are history alone; absent: the first bar's. */
  readonly from?: DayNumber | undefined;
}

/**
 * What a run over bars is told beside them: backtest, walk-forward and training ask here. A run without a table is one
 * in which its strategies know nothing of it, and says so; it does not fail.
 */
export async function runReferences(
  { root, lake, config, choice, adjust, regime, columns, from }: RunOverBars,
  bound: readonly Reads[],
): Promise<RunReferences> {
  const { instruments, timeframe, closedAt } = columns;
  const dayOf = (at: number | undefined) => newYorkDay((at ?? 0) as EpochMicros);
  const [begins, last] = [dayOf(closedAt[0]), dayOf(closedAt.at(-1))];
  const first = from === undefined || from < begins ? begins : from;
  const world: ReferenceWorld = {
    ...{ root, lake, config, choice, adjust, regime, instruments, timeframe, first, last },
    sessions: xnysSessions(),
  };
  return await toldTo(world, tablesRead(bound));
}

async function toldTo(world: ReferenceWorld, tables: readonly ReferenceTable[]): Promise<RunReferences> {
  const told: ReferenceTold[] = [];
  const absent: { readonly table: string; readonly why: string }[] = [];
  for (const { id } of tables) {
    const provider = referenceProviders.find(({ table }) => table.id === id);
    try {
      if (provider === undefined) throw new InputError("nobody tells it in this version");
      const rows = await provider.tell(world);
      if (rows.length === 0) throw new InputError("nothing of it is known in the time of this run");
      told.push(...rows);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      absent.push({ table: id, why: error.message });
    }
  }
  const sorted = told.toSorted((a, b) => a.at - b.at);
  return {
    told: sorted,
    absent,
    id: told.length === 0 ? "" : sha256Hex(JSON.stringify(sorted)).slice(0, 12),
  };
}

/** Name of all that a run stands on: its bars with the regime, the days of strategies of days, the tables. */
export const knownBeside = (
  snapshot: string,
  { days, references }: { readonly days: readonly string[]; readonly references: RunReferences },
): string =>
  [
    snapshot,
    ...[...new Set(days)].map((id) => `1d:${id}`),
    ...(references.id === "" ? [] : [`known:${references.id}`]),
  ].join("+");
