/**
 * The execute stage of a run, made of the run's terms alone: whoever builds it, now or after a restart, and feeds it
 * the journal's inputs, has the same books (LE-1). Used by the execute process and by the ledger's.
 */
import { dirname, join } from "node:path";
import { type BarColumns, batchCount } from "../../domain/bars.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import type { ExecuteConfig } from "../../engine/execute-config.ts";
import { LiveExecute } from "../../engine/live-execute.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { strategies as modules } from "../../strategies/registry.ts";
import { engineConfigs } from "../engine-configs.ts";
import { readHistory } from "./history-file.ts";
import type { LedgerTerms } from "./ledger-names.ts";
import type { RunPlaces, RunTerms } from "./run-terms.ts";

/** Holds what the account has and no order of ours explains (C-48). */
export const EXTERNAL = "external";

/** The run's strategies, and behind them the one that never decides. */
export function executeConfig(terms: RunTerms, instruments: InstrumentTable): ExecuteConfig {
  const columns = { timeframe: "1m", instruments } as const;
  const { config, strategyIds, cash } = terms;
  const { execute } = engineConfigs(
    { config, strategyIds, columns, sessions: xnysSessions(), cash },
    modules,
  );
  return {
    ...execute,
    strategies: execute.strategies + 1,
    allocations: [...(execute.allocations ?? []), 0],
    intraday: [...(execute.intraday ?? []), false],
    positionCaps: [...(execute.positionCaps ?? []), execute.instruments],
    strategyIds: [...(execute.strategyIds ?? []), EXTERNAL],
    externalStrategy: execute.strategies,
    verifiesFlat: true,
    closesOnlyInSession: true,
  };
}

/**
 * `history` are the bars before the run; none where it began cold. A decision's age is reckoned on the exchange's
 * clock, which runs faster in a demo: there as many of its seconds are allowed as pass in one of ours.
 */
export function buildExecute(terms: RunTerms, lifecycle: Lifecycle, history?: BarColumns): LiveExecute {
  const instruments = history?.instruments ?? instrumentTable(terms.symbols);
  const execute = executeConfig(terms, instruments);
  const ageSeconds = terms.config.live.decisionAgeSeconds * Math.max(1, terms.clock.speed);
  const live = new LiveExecute({
    execute,
    instruments,
    lifecycle,
    external: terms.strategyIds.length,
    strategies: terms.strategyIds.length,
    decisionAgeMicros: ageSeconds * MICROS_PER_SECOND,
  });
  if (history === undefined) return live;
  for (let batch = 0; batch < batchCount(history); batch++) {
    const [from, to] = [history.offset[batch]!, history.offset[batch + 1]!];
    live.stage.bars({ columns: history, from, to, at: history.closedAt[batch]! as EpochMicros });
  }
  return live;
}

/** As `buildExecute`, warmed up on the run's own file. Throws InputError (exit 1) when that is not the one it names. */
export function buildExecuteOf(terms: RunTerms, places: RunPlaces, lifecycle: Lifecycle): LiveExecute {
  const { file, sha256, bars } = terms.history;
  if (bars === 0) return buildExecute(terms, lifecycle);
  const instruments = instrumentTable(terms.symbols);
  return buildExecute(terms, lifecycle, readHistory(join(dirname(places.terms), file), sha256, instruments));
}

export function ledgerTerms(terms: RunTerms): LedgerTerms {
  const instruments = instrumentTable(terms.symbols);
  const { allocations = [], strategyIds = [] } = executeConfig(terms, instruments);
  return {
    run: terms.run,
    startedAt: terms.startedAt,
    instruments,
    strategyIds,
    capital: allocations.map((share) => share * terms.cash),
    startingCash: terms.cash,
  };
}
