/** The strategies of the run: what each may use, holds, made, and what holds it back. */
import type { Config } from "../../../app/config.ts";
import { ownTimeframe } from "../../../app/engine-configs.ts";
import type { EnginePicture } from "../../../app/live/engine-picture.ts";
import { intradayIds, knownStrategies } from "../../../app/own-strategies.ts";
import type { StrategiesAnswer } from "../../contract/trading-answers.ts";
import { known } from "../known.ts";
import type { ReadDatabase } from "../read-database.ts";

const DAYS = 260;

export function strategiesAnswer(
  performance: ReadDatabase,
  {
    run,
    config,
    strategyIds,
  }: { readonly run: string; readonly config: Config; readonly strategyIds: readonly string[] },
  engine: EnginePicture | undefined,
): StrategiesAnswer {
  const stats = new Map(
    performance
      .all("SELECT * FROM strategy_stats WHERE run = ?", run)
      .map((row) => [String(row.strategy), row]),
  );
  const days = performance.all(
    `SELECT date, strategy, net_pnl FROM strategy_daily WHERE run = ? AND strategy <> 'external'
     ORDER BY date DESC, strategy LIMIT ?`,
    run,
    DAYS * Math.max(1, strategyIds.length),
  );
  const today = days[0]?.date;
  const intraday = intradayIds(config);
  return {
    rows: strategyIds.map((id, index) => {
      const entry = config.strategies[id];
      const row = stats.get(id);
      const own = engine?.permission.claims.filter(({ scope }) => scope === index) ?? [];
      const held = engine?.positions.filter(({ strategy }) => strategy === id) ?? [];
      const day = days.find(({ date, strategy }) => date === today && strategy === id);
      return {
        id,
        isEnabled: (entry?.enabled ?? false) && !own.some(({ source }) => source === "operator_disabled"),
        allocation: entry?.allocation ?? 0,
        horizon: intraday.has(id) ? "intraday" : "swing",
        decides: [engine?.models.find(({ strategy }) => strategy === id)?.why ?? "", ...decidesOn(id, config)]
          .filter((words) => words !== "")
          .join("; "),
        held: own.map(({ reason }) => reason).join("; "),
        positions: held.length,
        maxPositions: entry?.maxPositions ?? 0,
        dayPnl: known(day?.net_pnl),
        totalPnl: known(row?.total_pnl),
        trades: known(row?.total_trades) ?? 0,
        winRate: known(row?.win_rate),
        profitFactor: known(row?.profit_factor),
        sharpe: known(row?.sharpe_ratio),
        maxDrawdown: known(row?.max_drawdown),
      };
    }),
    days: days.toReversed().map(({ date, strategy, net_pnl: net }) => ({
      date: String(date),
      strategy: String(strategy),
      netPnl: known(net),
    })),
  };
}

/** Of those that wait for longer bars than the minutes of the run. */
function decidesOn(id: string, config: Config): string[] {
  const module = knownStrategies(config).find((strategy) => strategy.id === id);
  const { timeframe } = module === undefined ? {} : ownTimeframe(module, "1m", config);
  if (timeframe === undefined) return [];
  return [timeframe === "1d" ? "on days, at the close" : `on bars of ${timeframe}`];
}
