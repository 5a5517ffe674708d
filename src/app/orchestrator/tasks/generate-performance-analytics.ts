/** At night: what each strategy has come to, as of its session. */
import { counted, defineTask, done } from "../task.ts";

export const generatePerformanceAnalytics = defineTask({
  id: "generate_performance_analytics",
  when: { kind: "clock", time: "02:00" },
  about: "Writes the figures of each strategy as of the session.",
  timeoutMs: 30_000,
  retries: 3,
  inputs: "strategy_stats and strategy_daily of performance.db, round trips of trades.db",
  output: "strategy_performance",
  async run({ ledger, date, now, found }) {
    const figures = ledger.strategies(date);
    found(
      "strategy_performance",
      date,
      figures.map((each) => ({
        ...{
          strategy: each.strategy,
          trades: each.trades,
          win_rate: each.winRate,
          expectancy: each.expectancy,
        },
        ...{ profit_factor: each.profitFactor, total_pnl: each.totalPnl, day_pnl: each.dayPnl },
        ...{ sharpe: each.sharpe, max_drawdown: each.maxDrawdown },
        ...{ mean_hold_minutes: each.meanHoldMinutes, mean_slippage: each.meanSlippage, made_at: now().at },
      })),
    );
    const trades = figures.reduce((sum, each) => sum + each.trades, 0);
    return done(`${counted(figures.length, "strategy", "strategies")}, ${counted(trades, "round trip")}`, {
      figures,
    });
  },
});
