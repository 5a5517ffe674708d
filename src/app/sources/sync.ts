/** `data sync` as one call: the sources of the settings, the lake, the memory, and nobody else at it. */
import { join } from "node:path";
import type { Lake } from "../../adapters/lake/lake.ts";
import { asOnlyWriter } from "../../adapters/lake/writer-lock.ts";
import type { SourceTimeframe } from "../../adapters/sources/bar-source.ts";
import { membersOfFile, WIKIPEDIA_ORIGIN, wikipediaMembers } from "../../adapters/sources/index-members.ts";
import { FILES_SOURCE, sourceDefinitions } from "../../adapters/sources/source-registry.ts";
import { InputError } from "../../domain/assert.ts";
import type { Adjustment } from "../../domain/bars.ts";
import { type DayNumber, type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { type ReadySources, readySources, type SourceWorld } from "./source-list.ts";
import type { SourceParams } from "./source-params.ts";
import { type ActionsSynced, syncActions } from "./sync-actions.ts";
import { type SyncResult, syncBars } from "./sync-bars.ts";
import { lastClosed, lastSettled, withSessions } from "./sync-days.ts";
import { SyncRecord } from "./sync-record.ts";

export interface SyncCall {
  readonly world: SourceWorld;
  readonly params: SourceParams;
  readonly lake: Lake;
  /** One in place of the list. */
  readonly source?: string | undefined;
  /** `sp500`: those of the index today. */
  readonly symbols: readonly string[] | "sp500";
  readonly timeframe: SourceTimeframe;
  readonly adjustment: Adjustment;
  readonly from: DayNumber;
  /** The last session that is over when absent. */
  readonly to?: DayNumber | undefined;
  readonly say: (line: string) => void;
  readonly onProgress: (done: number, of: number, symbol: string) => void;
}

export interface Synced extends SyncResult {
  /** What became of the corporate actions of these symbols; null where no source lists any, or nothing was asked. */
  readonly actions: ActionsSynced | null;
  /** Sessions asked for; null where none of them is over. */
  readonly from: string | null;
  readonly to: string | null;
  /** Requests that left, answers taken from disk, and answers that had not changed. */
  readonly requests: { readonly asked: number; readonly kept: number; readonly unchanged: number };
}

/** Throws InputError where no source can be asked, or another sync runs. */
export async function sync(call: SyncCall): Promise<Synced> {
  const { world, params, source, say, timeframe, adjustment } = call;
  const ready = readySources(params, source === undefined ? params.sources : [source], world);
  for (const line of ready.left) say(`not asked: ${line}`);
  if (source !== undefined) refuseUnlisted(source, timeframe, adjustment);
  const now = (world.wallMs() * 1000) as EpochMicros;
  const last = lastClosed(now);
  const to = Math.min(call.to ?? Number.MAX_SAFE_INTEGER, last ?? -1) as DayNumber;
  const [wanted] = to < call.from ? [] : withSessions([{ from: call.from, to }]);
  const lock = join(world.root, "sync", "sync.lock");
  return asOnlyWriter(
    lock,
    async () => {
      const symbols = call.symbols === "sp500" ? await members(params, ready) : call.symbols;
      const result = await syncBars({
        symbols: wanted === undefined ? [] : symbols,
        timeframe,
        adjustment,
        terms: { lake: call.lake, wanted: wanted ?? { from: to, to }, settled: lastSettled(now) },
        now,
        stamp: () => isoInstant((world.wallMs() * 1000) as EpochMicros),
        sources: ready.sources,
        quorum: params.quorum,
        agreement: params.agreement,
        clock: world.clock,
        rng: ready.rng,
        record: new SyncRecord(world.root),
        say,
        onProgress: call.onProgress,
      });
      const through = Math.min(call.to ?? Number.MAX_SAFE_INTEGER, newYorkDay(now)) as DayNumber;
      const { lake } = call;
      const actions =
        wanted === undefined
          ? null
          : await syncActions({ lake, sources: ready.sources, symbols, from: wanted.from, to: through, say });
      const days = wanted === undefined ? [null, null] : [isoDate(wanted.from), isoDate(wanted.to)];
      return { ...result, actions, from: days[0] ?? null, to: days[1] ?? null, requests: ready.counts() };
    },
    "the memory of syncs",
  );
}

/** A named source that has no such bars: what it has, before anything is asked. */
function refuseUnlisted(id: string, timeframe: SourceTimeframe, adjustment: Adjustment): void {
  const lists = sourceDefinitions.find((definition) => definition.id === id)?.lists;
  if (id === FILES_SOURCE || lists?.[timeframe]?.includes(adjustment)) return;
  const has = Object.entries(lists ?? {}).map(([length, kinds]) => `${length} ${kinds.join("|")}`);
  throw new InputError(`--source ${id} has no ${timeframe} ${adjustment} bars; it has ${has.join(", ")}`);
}

async function members(params: SourceParams, ready: ReadySources): Promise<readonly string[]> {
  if (params.members !== "") return membersOfFile("data.members", params.members);
  const fetched = await wikipediaMembers(ready.pages, params.origins.wikipedia ?? WIKIPEDIA_ORIGIN);
  if (fetched.ok) return fetched.value;
  throw new InputError(`@sp500: ${fetched.reason}; give a file of symbols as data.members`, 1);
}
