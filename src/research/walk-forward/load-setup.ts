/** What runs over a lake are given: bars, what companies did to them, settings. The same wherever they are run. */
import { createLake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import type { Config } from "../../app/config.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { inFolder } from "../../app/regime/index-days.ts";
import { keptFits } from "../../app/regime/kept-fits.ts";
import { givenRegime, runRegime } from "../../app/regime/run-regime.ts";
import { actionEvents, rawStepsOf } from "../../app/run-actions.ts";
import { xnysSessions } from "../../market/calendar.ts";

export interface SetupRequest {
  readonly bars: Omit<LoadRequest, "shared">;
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly cash: number;
}

/** Columns in shared memory, and the id of the data. Throws InputError where the lake of `root` has no such bars. */
export async function loadSetup(
  root: string,
  { bars, config, strategyIds, cash }: SetupRequest,
): Promise<{ readonly setup: RunSetup; readonly snapshot: string }> {
  const lake = createLake(root);
  try {
    const { columns, snapshot, raw } = await lake.loadBars({ ...bars, shared: true });
    const actions = actionEvents(raw.actions, columns);
    const rawSteps = rawStepsOf(raw.factors, columns);
    const regime = await runRegime(lake, inFolder(config.regime, root), bars, bars.to, keptFits(root));
    const { given, snapshot: named } = givenRegime(regime, snapshot);
    const shared = { config, strategyIds, columns, cash, actions, rawSteps };
    return { setup: { ...shared, sessions: xnysSessions(), ...given }, snapshot: named };
  } finally {
    lake.close();
  }
}
