/**
 * One JSON line per question with `--json`, a table or a sentence without:
 *
 *   npm run bench -- --report [--data DIR]
 *   npm run bench -- growth
 *   npm run bench -- hmm [--data DIR]
 *   npm run bench -- engine|features|sweep --data DIR [--set one,uni]
 *   npm run bench -- gbdt --data DIR [--rows 1000000]
 *   npm run bench -- storm --seeds N
 *   npm run bench -- tick-to-order
 *   npm run bench -- native-row
 *   npm run bench -- page
 *   npm run bench -- overfitting
 *   npm run bench -- sentiment
 *   npm run bench -- bus
 *   npm run bench -- breadth --data DIR
 *   npm run bench -- soak --hours 24 --speed 60
 *   npm run bench -- sessions --data FILE --sessions 5 --speed 60
 */
import "../src/adapters/inlining.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { variantWorker } from "../src/cli/tasks.ts";
import { breadthBench } from "./breadth.bench.ts";
import { busBench } from "./bus.bench.ts";
import { type EngineFigures, engineBench } from "./engine.bench.ts";
import { type FeatureFigures, featuresBench } from "./features.bench.ts";
import { type GbdtFigures, gbdtBench } from "./gbdt.bench.ts";
import { type GrowthFigures, growthBench } from "./growth.bench.ts";
import { type HmmFigures, hmmBench } from "./hmm.bench.ts";
import { nativeRowBench } from "./native-row.bench.ts";
import { overfittingBench } from "./overfitting.bench.ts";
import { pageBench } from "./page.bench.ts";
import { performanceSvg, performanceTable, type RatioFigure } from "./performance-report.ts";
import { sentimentBench } from "./sentiment.bench.ts";
import { sessionsBench } from "./sessions.bench.ts";
import { soakBench } from "./soak.bench.ts";
import { stormBench } from "./storm.bench.ts";
import { stormLiveBench } from "./storm-live.bench.ts";
import { type SweepFigures, sweepBench } from "./sweep.bench.ts";
import { tickToOrderBench } from "./tick-to-order.bench.ts";

/** Benches that read their own words. */
const apart: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  "native-row": nativeRowBench,
  breadth: breadthBench,
  bus: busBench,
  overfitting: overfittingBench,
  page: pageBench,
  sentiment: sentimentBench,
  storm: stormBench,
  "storm-live": stormLiveBench,
  soak: soakBench,
  sessions: sessionsBench,
  "tick-to-order": tickToOrderBench,
};
const own = apart[process.argv[2] ?? ""];
if (own !== undefined) {
  const status = await own(process.argv.slice(3)).catch((error: Error) => {
    console.error(error.message);
    return 2;
  });
  process.exit(status);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    set: { type: "string", default: "one,uni" },
    json: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    rows: { type: "string", default: "100000" },
  },
});

const benches: Readonly<Record<string, (data: string) => AsyncGenerator<BenchLine>>> = {
  async *engine(data) {
    for (const set of values.set.split(",")) yield engineLine(engineBench(data, set));
  },
  async *features(data) {
    yield featuresLine(featuresBench(data));
  },
  async *gbdt(data) {
    yield gbdtLine(await gbdtBench(data, Number(values.rows)));
  },
  async *growth() {
    for (const figures of growthBench()) yield growthLine(figures);
  },
  async *hmm(data) {
    yield hmmLine(hmmBench(data));
  },
  /** All of them, drawn; the ratios need the generated columns, the curves do not. */
  async *report(data) {
    const growth: GrowthFigures[] = [];
    const ratios: RatioFigure[] = [];
    for (const figures of growthBench()) {
      growth.push(figures);
      yield growthLine(figures);
    }
    if (data !== "") {
      for (const set of ["one", "uni"]) {
        const line = engineBench(data, set);
        const detail = set === "one" ? "one symbol, a million bars" : "500 symbols, 1,950 bars each";
        ratios.push({ name: "Engine, of the limit loop", detail, value: line.ratioToLimit, goal: line.goal });
        yield engineLine(line);
      }
      const features = featuresBench(data);
      yield featuresLine(features);
      const sweep = await sweepBench(data, variantWorker);
      yield sweepLine(sweep);
      ratios.push(
        {
          name: "Streaming features, of the limit loop",
          detail: "eight indicators, 500 symbols",
          value: features.ratioToLimit,
          goal: features.goal,
        },
        {
          name: "Streaming features, times trading-signals",
          detail: "the same eight, bar by bar on both sides",
          value: features.ratioToTradingSignals,
          goal: features.rivalGoal,
        },
        {
          name: "Sweep, two workers over one",
          detail: `${sweep.variants} settings, by CPU time`,
          value: sweep.cpuSpeedup,
          goal: sweep.goal,
        },
      );
    }
    writeFileSync(PAGE, `${performanceTable(growth, ratios).trimEnd()}\n${writtenByHand()}`);
    writeFileSync("docs/images/performance.svg", performanceSvg(growth, ratios));
  },
  async *sweep(data) {
    yield sweepLine(await sweepBench(data, variantWorker));
  },
};

const PAGE = "docs/performance.md";

/** What follows the page's own tables: figures of runs that take too long for a report. */
function writtenByHand(): string {
  const page = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const start = page.indexOf("\n## The running system");
  return start < 0 ? "" : page.slice(start);
}

interface BenchLine {
  readonly figures: object;
  readonly text: string;
  readonly failed: boolean;
}

function growthLine(figures: GrowthFigures): BenchLine {
  const costs = figures.points.map(({ size, microsPerUnit }) => `${size}: ${microsPerUnit.toPrecision(3)}`);
  const text =
    `growth ${figures.axis}: slope ${figures.slope.toFixed(2)} (budget ${figures.budget}), ` +
    `us a ${figures.unit} at ${costs.join(", ")}: ${figures.verdict}`;
  return { figures, text, failed: figures.verdict !== "near-linear" };
}

function engineLine(figures: EngineFigures): BenchLine {
  const text =
    `engine ${figures.set}: ${figures.ratioToLimit.toFixed(3)} of the limit (goal ${figures.goal}, floor ${figures.floor}), ` +
    `${figures.ratioToObjectEngine.toFixed(2)} x the object engine, ` +
    `${(figures.barsPerSecond / 1e6).toFixed(1)}M bars/s; ${figures.fills} fills, ` +
    `equity ${figures.equity.toFixed(6)} (off by ${figures.equityError.toExponential(1)}): ${figures.verdict}`;
  return {
    figures,
    text,
    failed: figures.verdict === "wrong result" || figures.verdict === "below the floor",
  };
}

function featuresLine(figures: FeatureFigures): BenchLine {
  const text =
    `features: ${figures.ratioToLimit.toFixed(3)} of the limit (goal ${figures.goal}, floor ${figures.floor}), ` +
    `${figures.ratioToTradingSignals.toFixed(0)} x trading-signals ` +
    `(${figures.ratioToTradingSignalsBySymbol.toFixed(0)} x when that goes symbol by symbol), ${(figures.updatesPerSecond / 1e6).toFixed(1)}M updates/s; ` +
    `minute close of 500 symbols x ${figures.outputs}: p50 ${figures.minuteCloseMsP50.toFixed(2)} ms, ` +
    `p99 ${figures.minuteCloseMsP99.toFixed(2)} ms (all ${figures.wholeCatalogueOutputs}: p50 ` +
    `${figures.wholeCatalogueMsP50.toFixed(2)} ms); a million bars leave ${figures.heapGrowthKiB.toFixed(0)} KiB: ${figures.verdict}`;
  return { figures, text, failed: figures.verdict === "below the floor" };
}

function hmmLine(figures: HmmFigures): BenchLine {
  const text =
    `hmm: ${figures.rounds} rounds over ${figures.days} days in ${(figures.diagonalSeconds * 1e3).toFixed(0)} ms, ` +
    `${figures.ratioToLimit.toFixed(2)} x the limit loop, ${figures.ratioToHmmlearn.toFixed(2)} of hmmlearn's time ` +
    `by its stored ratio (goal ${figures.goal}); full ${figures.fullToDiagonal.toFixed(2)} x diagonal ` +
    `(goal ${figures.fullGoal}); numpy ${figures.numpySeconds ?? figures.numpy}; log-likelihood ` +
    `${figures.logLikelihood.toFixed(6)} (off by ${figures.logLikelihoodError.toExponential(1)}): ${figures.verdict}`;
  return {
    figures,
    text,
    failed: figures.verdict === "wrong result" || figures.verdict === "below the floor",
  };
}

function gbdtLine(figures: GbdtFigures): BenchLine {
  const of = (ratio: number | undefined) => (ratio === undefined ? "?" : ratio.toFixed(2));
  const text =
    `gbdt: bin and train ${figures.rows} rows in ${figures.trainSeconds.toFixed(2)} s of CPU, ` +
    `${of(figures.ratioToXgboost)} of XGBoost's (goal ${figures.goal}, floor ${figures.floor}), ` +
    `${of(figures.ratioToSklearn)} of scikit-learn's; two threads ${of(figures.speedupOfTwo)} x one; all test rows ${figures.batchSeconds.toFixed(2)} s, ` +
    `${of(figures.batchRatioToXgboost)} of XGBoost's; one row p50 ${figures.rowMicrosP50.toFixed(1)} us, ` +
    `p99 ${figures.rowMicrosP99.toFixed(1)} us; AUC ${figures.auc.toFixed(5)} ` +
    `(XGBoost ${figures.aucOfXgboost?.toFixed(5) ?? "?"}, scikit-learn ${figures.aucOfSklearn?.toFixed(5) ?? "?"}): ` +
    `${figures.verdict}${figures.skipped === undefined ? "" : `; skipped ${figures.skipped}`}`;
  return { figures, text, failed: figures.verdict === "below the floor" };
}

function sweepLine(figures: SweepFigures): BenchLine {
  const text =
    `sweep: two workers ${figures.cpuSpeedup.toFixed(2)} x one by CPU time (goal ${figures.goal}; ` +
    `${figures.cpuSpeedupOfFew.toFixed(2)} x for a quarter of the settings), ${figures.speedup.toFixed(2)} x by the clock, ` +
    `${figures.addedCpuSeconds.toFixed(1)} s of CPU more for the second, ` +
    `${figures.memoryPerWorkerMb.toFixed(0)} MB per worker beside ${figures.columnsMb.toFixed(0)} MB of columns ` +
    `(goal ${figures.memoryGoalMb}); outcomes ${figures.outcomesEqual ? "equal" : "differ"}`;
  return { figures, text, failed: !figures.outcomesEqual };
}

const [question = values.report ? "report" : "engine"] = positionals;
const bench = benches[question];
if (bench === undefined) {
  console.error(
    `bench ${question}: not there; there are ${Object.keys(benches).join(", ")}, ${Object.keys(apart).join(", ")}`,
  );
  process.exit(2);
}
/** Benches that make their own data. */
const withoutData: ReadonlySet<string> = new Set(["growth", "report", "hmm"]);
if (values.data === undefined && !withoutData.has(question)) {
  console.error(
    `bench ${question}: --data is missing; give the folder of the generated data (one.c.f64, te.X.f32, ...)`,
  );
  process.exit(2);
}
try {
  for await (const { figures, text, failed } of bench(values.data ?? "")) {
    console.log(values.json ? JSON.stringify(figures) : text);
    if (failed) process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
