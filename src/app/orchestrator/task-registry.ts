/**
 * The tasks of the day, in the order in which those of one moment begin (OPS-1). To add one: its file, and a line here
 * behind all that it needs. docs/tasks.md is held to this list.
 */
import type { Task } from "./task.ts";
import { backupData } from "./tasks/backup-data.ts";
import { calculateDailyPnl } from "./tasks/calculate-daily-pnl.ts";
import { checkCircuitBreakers } from "./tasks/check-circuit-breakers.ts";
import { checkCorporateActions } from "./tasks/check-corporate-actions.ts";
import { checkOpeningConditions } from "./tasks/check-opening-conditions.ts";
import { checkpointSystemState } from "./tasks/checkpoint-system-state.ts";
import { cleanUp } from "./tasks/clean-up.ts";
import { closeIntradayPositions } from "./tasks/close-intraday-positions.ts";
import { executeOpeningOrders } from "./tasks/execute-opening-orders.ts";
import { flattenIntradayPositions } from "./tasks/flatten-intraday-positions.ts";
import { generateDailyReport } from "./tasks/generate-daily-report.ts";
import { generatePerformanceAnalytics } from "./tasks/generate-performance-analytics.ts";
import { loadRegimeDetector } from "./tasks/load-regime-detector.ts";
import { monitorPositions } from "./tasks/monitor-positions.ts";
import { processIntradaySignals } from "./tasks/process-intraday-signals.ts";
import { reconcilePositions } from "./tasks/reconcile-positions.ts";
import { refreshUniverse } from "./tasks/refresh-universe.ts";
import { restoreDrill } from "./tasks/restore-drill.ts";
import { retrainModels } from "./tasks/retrain-models.ts";
import { runDailyResearch } from "./tasks/run-daily-research.ts";
import { runNightlyResearchPipeline } from "./tasks/run-nightly-research-pipeline.ts";
import { runPremarketAnalysis } from "./tasks/run-premarket-analysis.ts";
import { runStrategyOptimization } from "./tasks/run-strategy-optimization.ts";
import { runWalkForward } from "./tasks/run-walk-forward.ts";
import { syncPositionsFromBroker } from "./tasks/sync-positions-from-broker.ts";
import { syncPreviousDay } from "./tasks/sync-previous-day.ts";
import { tellNews } from "./tasks/tell-news.ts";
import { tellReferences } from "./tasks/tell-references.ts";
import { updateWatchlists } from "./tasks/update-watchlists.ts";
import { validateApiConnectivity } from "./tasks/validate-api-connectivity.ts";
import { validateModelFreshness } from "./tasks/validate-model-freshness.ts";
import { verifyRecords } from "./tasks/verify-records.ts";

export const tasks: readonly Task[] = [
  validateApiConnectivity,
  syncPositionsFromBroker,
  loadRegimeDetector,
  tellReferences,
  runPremarketAnalysis,
  syncPreviousDay,
  refreshUniverse,
  validateModelFreshness,
  checkCorporateActions,
  tellNews,
  checkOpeningConditions,
  executeOpeningOrders,
  monitorPositions,
  processIntradaySignals,
  checkCircuitBreakers,
  closeIntradayPositions,
  calculateDailyPnl,
  runDailyResearch,
  updateWatchlists,
  runStrategyOptimization,
  flattenIntradayPositions,
  generateDailyReport,
  backupData,
  reconcilePositions,
  runNightlyResearchPipeline,
  checkpointSystemState,
  retrainModels,
  runWalkForward,
  cleanUp,
  generatePerformanceAnalytics,
  verifyRecords,
  restoreDrill,
];

export const taskIds: readonly string[] = tasks.map(({ id }) => id);
