/** The regime detector's probabilities, as the engine's own gate hears them (REGIME-1). */
import { InputError } from "../../domain/assert.ts";
import { MARKET_ROW } from "../../domain/reference-table.ts";
import { regimeTable } from "../../market/references/regime.ts";
import { regimeEvents } from "../regime/regime-events.ts";
import type { ReferenceProvider } from "./reference-provider.ts";

export const regimeProvider: ReferenceProvider = {
  table: regimeTable,
  tell({ regime, timeframe, sessions, first }) {
    if ("absent" in regime) throw new InputError(regime.absent);
    const row = sessions.date.findIndex((day) => day >= first);
    const closedAt = Float64Array.of(sessions.close[row] ?? 0);
    const told = regimeEvents(regime.readings, { timeframe, closedAt }, sessions);
    return Promise.resolve(
      told.map(({ at, bull, neutral, bear }) => ({
        ...{ kind: "ReferenceTold" as const, at, table: regimeTable.id },
        rows: [{ instrument: MARKET_ROW, values: [bull, neutral, bear] }],
      })),
    );
  },
};
