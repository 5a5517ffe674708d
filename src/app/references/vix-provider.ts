/** Closes of the VIX, of the VIX three months out where the lake has it, and the mean of 63 closes. */
import { InputError } from "../../domain/assert.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import { MARKET_ROW } from "../../domain/reference-table.ts";
import type { DayNumber } from "../../domain/time.ts";
import { vixTable } from "../../market/references/vix.ts";
import { inFolder, vixCloses } from "../regime/index-days.ts";
import { knownAfter, type ReferenceProvider, type ReferenceWorld } from "./reference-provider.ts";

const MEAN_SESSIONS = 63;
/** What the lake calls it. */
const VIX3M = "VIX3M";

export const vixProvider: ReferenceProvider = {
  table: vixTable,
  async tell(world) {
    const closes = await vixCloses(
      world.lake,
      inFolder(world.config.regime, world.root).vix,
      world.choice,
      world.last,
    );
    const later = await laterCloses(world);
    const days = [...closes.keys()].sort((a, b) => a - b);
    const told = days.flatMap((day, n): ReferenceTold[] => {
      const at = knownAfter(day, world);
      if (at === undefined) return [];
      const window = days.slice(Math.max(0, n + 1 - MEAN_SESSIONS), n + 1).map((d) => closes.get(d)!);
      const mean = window.length < MEAN_SESSIONS ? null : window.reduce((a, b) => a + b, 0) / MEAN_SESSIONS;
      const values = [closes.get(day)!, later.get(day) ?? null, mean];
      return [{ kind: "ReferenceTold", at, table: vixTable.id, rows: [{ instrument: MARKET_ROW, values }] }];
    });
    return fromFirst(told, world);
  },
};

async function laterCloses({ lake, choice, last }: ReferenceWorld): Promise<ReadonlyMap<DayNumber, number>> {
  try {
    return await vixCloses(lake, { symbol: VIX3M, file: "" }, choice, last);
  } catch (error) {
    if (error instanceof InputError) return new Map();
    throw error;
  }
}

/** What was told before the run began says nothing that its last row does not. */
function fromFirst(told: readonly ReferenceTold[], { first, sessions, timeframe }: ReferenceWorld) {
  const start = knownAfter((first - 1) as DayNumber, { sessions, timeframe }) ?? 0;
  const begins = told.findLastIndex(({ at }) => at <= start);
  return told.slice(Math.max(0, begins));
}
