/**
 * What the windows of a walk are given: bars, what companies did to them, settings, and all that a backtest over the
 * same bars knows beside them (regime, reference tables, days of the lake). The same wherever windows are run.
 */
import { createLake, type Lake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import type { Config } from "../../app/config.ts";
import { dailyHistory, hasDays } from "../../app/daily-history.ts";
import { boundStrategies } from "../../app/engine-configs.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { knownBeside, type RunReferences, runReferences } from "../../app/references/run-references.ts";
import { inFolder } from "../../app/regime/index-days.ts";
import { keptFits } from "../../app/regime/kept-fits.ts";
import { givenRegime, runRegime } from "../../app/regime/run-regime.ts";
import { actionEvents, rawStepsOf } from "../../app/run-actions.ts";
import { historyOf } from "../../app/run-history.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { WalkForwardTerms } from "../../learn/validation/walk-forward.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { type WalkWindow, walkWindows } from "./walk-windows.ts";
import { type DaysBefore, type WalkSetup, windowBars } from "./window-bars.ts";

export interface SetupRequest {
  readonly bars: Omit<LoadRequest, "shared">;
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly cash: number;
  /** Bars before it are history alone. */
  readonly from: DayNumber | undefined;
  readonly terms: WalkForwardTerms;
}

export interface LoadedWalk {
  readonly setup: WalkSetup;
  readonly windows: readonly WalkWindow[];
  /** Id of all that the windows stand on. */
  readonly snapshot: string;
  /** Tables that its strategies read and that nobody tells, and why. */
  readonly noReferences: RunReferences["absent"];
}

/**
 * Columns in shared memory, and the id of the data. Throws InputError where the lake of `root` has no such bars or they
 * hold no window.
 */
export async function loadSetup(root: string, request: SetupRequest): Promise<LoadedWalk> {
  const { bars, config, strategyIds, cash, from, terms } = request;
  const lake = createLake(root);
  try {
    const { columns, snapshot: stored, raw } = await lake.loadBars({ ...bars, shared: true });
    const sessions = xnysSessions();
    const windows = walkWindows(columns, sessions, terms, from);
    const actions = actionEvents(raw.actions, columns);
    const rawSteps = rawStepsOf(raw.factors, columns);
    const regime = await runRegime(lake, inFolder(config.regime, root), bars, bars.to, keptFits(root));
    const { given, snapshot: named } = givenRegime(regime, stored);
    const bound = boundStrategies(strategiesOf(config), {
      ...{ config, strategyIds, timeframe: columns.timeframe },
    });
    const { adjust } = bars;
    const world = { root, lake, config, choice: bars, adjust, columns, regime, from };
    const references = await runReferences(world, bound);
    const setup: RunSetup = {
      ...{ config, strategyIds, columns, cash, actions, rawSteps, sessions, ...given },
      references: references.told,
    };
    const { days, ...daily } = await daysOf(setup, request, lake, windows);
    return {
      setup: { ...setup, ...daily },
      ...{ windows, noReferences: references.absent },
      snapshot: knownBeside(named, { days, references }),
    };
  } finally {
    lake.close();
  }
}

/** Days of the lake for who decides on them in a walk over shorter bars, and the names of the data. */
async function daysOf(
  setup: RunSetup,
  { bars, config, strategyIds }: SetupRequest,
  lake: Lake,
  windows: readonly WalkWindow[],
): Promise<Pick<WalkSetup, "longer" | "daysBefore"> & { readonly days: readonly string[] }> {
  const { timeframe } = setup.columns;
  if (timeframe === "1d" || !hasDays(lake)) return { days: [] };
  const bound = boundStrategies(strategiesOf(config), { config, strategyIds, timeframe });
  const { snapshot, source, adjustment, adjust } = bars;
  const asked = { lake, timeframe, snapshot, source, adjustment, adjust, config };
  const whole = await dailyHistory(asked, bound, setup.columns, undefined);
  const days = whole === undefined ? [] : [whole.id];
  const daysBefore = new Map<DayNumber, DaysBefore>();
  const to = newYorkDay((setup.columns.closedAt.at(-1) ?? 0) as EpochMicros);
  const firsts = new Set(windows.flatMap(({ train, test }) => [train.from, test.from]));
  for (const from of [...firsts].sort((a, b) => a - b)) {
    const parts = windowBars({ ...setup, daysBefore }, { from, to }, bound);
    if (parts === undefined) continue;
    const { history } = historyOf(parts.before, []);
    const found = await dailyHistory(asked, bound, parts.columns, history);
    if (found === undefined) continue;
    days.push(found.id);
    daysBefore.set(from, { start: parts.start, longer: found.longer });
  }
  return { days, daysBefore, ...(whole === undefined ? {} : { longer: whole.longer }) };
}
