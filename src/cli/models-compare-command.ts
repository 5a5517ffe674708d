/** `plimsoll models compare`: the model that decides and those in shadow, over the closed trades (LEARN-8). */
import type { Command } from "commander";
import { ledgerPlaces } from "../adapters/ledger/ledger-store.ts";
import { modelName } from "../adapters/models/model-registry.ts";
import { LedgerReads } from "../app/live/ledger-reads.ts";
import { strategyOfModel } from "../app/models/run-models.ts";
import { knownStrategies } from "../app/own-strategies.ts";
import { InputError } from "../domain/assert.ts";
import { compareModels, type JudgedTrade, type ModelScore } from "../learn/promotion/compare-models.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { ledgerRoot } from "./demo-root.ts";
import { givenConfig } from "./given-config.ts";

export function registerCompareCommand(models: Command, context: CliContext): void {
  models
    .command("compare")
    .description("the model that decides and those in shadow, over the trades that were closed since")
    .argument("<name>", "of the model: STRATEGY.meta")
    .addHelpText("after", "\nExample: plimsoll models compare swing_trend_following.meta")
    .action((given: string) => {
      const name = modelName(given, "NAME");
      const strategy = strategyOfModel(name);
      const config = givenConfig(context);
      if (!knownStrategies(config).some(({ id }) => id === strategy))
        throw new InputError(
          `NAME ${name}: is no model of a strategy; give STRATEGY.meta, see: plimsoll models ls`,
        );
      const trades = judgedTrades(context, strategy);
      const scores = compareModels(trades);
      report(context, { name, trades: trades.length, models: scores }, () => scoreText(name, scores));
    });
}

function judgedTrades(context: CliContext, strategy: string): JudgedTrade[] {
  const ledger = new LedgerReads(ledgerPlaces(ledgerRoot(context)));
  try {
    return ledger.judgedTrades(strategy).map(({ pnl, models }) => ({
      pnl,
      said: models.map(({ model, role, probability, follows }) => ({
        ...{ model, probability, follows },
        decides: role === "decides",
      })),
    }));
  } finally {
    ledger.close();
  }
}

function scoreText(name: string, scores: readonly ModelScore[]): string {
  if (scores.length === 0) return `no closed trade yet of which a version of ${name} had said anything`;
  const columns = [
    "model",
    "trades",
    "decided",
    "log loss",
    "base",
    "Brier",
    "follows",
    "hit rate",
    "leaves out",
  ];
  const rows = scores.map(
    ({ model, trades, decided, logLoss, baseLogLoss, brier, followed, hitRate, leftOut }) => [
      ...[model, trades, decided, logLoss.toFixed(4), baseLogLoss.toFixed(4), brier.toFixed(4), followed],
      Number.isNaN(hitRate) ? "" : `${(100 * hitRate).toFixed(1)} %`,
      `${leftOut.trades}, ${leftOut.pnl.toFixed(2)} USD`,
    ],
  );
  const pairs = scores.flatMap(({ model, against }) =>
    against === null
      ? []
      : [
          `${model} against ${against.model}, which decided: log loss ${against.difference.toFixed(4)} ` +
            `(standard error ${against.standardError.toFixed(4)}) over ${against.trades} trades; below 0 is better`,
        ],
  );
  return [
    alignedTable(
      columns.map((title, n) => ({ title, align: n === 0 ? ("left" as const) : ("right" as const) })),
      rows,
    ),
    ...pairs,
    "Entries that the deciding model kept out are no trades, so that nobody is judged by them.",
  ].join("\n");
}
