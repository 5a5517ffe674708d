/**
 * `npm run bench -- growth [--report]`, `npm run bench -- engine|features|sweep --data DIR [--set one,uni] [--json]` and `npm run bench -- storm --seeds N`:
 * one JSON line per question, or a table.
 */
import "../src/adapters/inlining.ts";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { variantWorker } from "../src/cli/tasks.ts";
import { type EngineFigures, engineBench } from "./engine.bench.ts";
import { type FeatureFigures, featuresBench } from "./features.bench.ts";
import { growthBench, growthTable } from "./growth.bench.ts";
import { stormBench } from "./storm.bench.ts";
import { type SweepFigures, sweepBench } from "./sweep.bench.ts";

if (process.argv[2] === "storm") {
  const answer = stormBench(process.argv.slice(3));
  const status = await answer.catch((error: Error) => {
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
  },
});

const benches: Readonly<Record<string, (data: string) => AsyncGenerator<BenchLine>>> = {
  async *engine(data) {
    for (const set of values.set.split(",")) yield engineLine(engineBench(data, set));
  },
  async *features(data) {
    yield featuresLine(featuresBench(data));
  },
  async *growth() {
    const all = [];
    for (const figures of growthBench()) {
      all.push(figures);
      const costs = figures.points.map(
        ({ size, microsPerUnit }) => `${size}: ${microsPerUnit.toPrecision(3)}`,
      );
      const text =
        `growth ${figures.axis}: slope ${figures.slope.toFixed(2)} (budget ${figures.budget}), ` +
        `us a ${figures.unit} at ${costs.join(", ")}: ${figures.verdict}`;
      yield { figures, text, failed: figures.verdict === "too steep" };
    }
    if (values.report) writeFileSync("docs/performance.md", growthTable(all));
  },
  async *sweep(data) {
    yield sweepLine(await sweepBench(data, variantWorker));
  },
};

interface BenchLine {
  readonly figures: object;
  readonly text: string;
  readonly failed: boolean;
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
    `${figures.ratioToTradingSignals.toFixed(0)} x trading-signals, ${(figures.updatesPerSecond / 1e6).toFixed(1)}M updates/s; ` +
    `minute close of 500 symbols x ${figures.outputs}: p50 ${figures.minuteCloseMsP50.toFixed(2)} ms, ` +
    `p99 ${figures.minuteCloseMsP99.toFixed(2)} ms (all ${figures.wholeCatalogueOutputs}: p50 ` +
    `${figures.wholeCatalogueMsP50.toFixed(2)} ms); a million bars leave ${figures.heapGrowthKiB.toFixed(0)} KiB: ${figures.verdict}`;
  return { figures, text, failed: figures.verdict === "below the floor" };
}

function sweepLine(figures: SweepFigures): BenchLine {
  const text =
    `sweep: two workers ${figures.speedup.toFixed(2)} x one (goal ${figures.goal}), ` +
    `${figures.memoryPerWorkerMb.toFixed(0)} MB per worker beside ${figures.columnsMb.toFixed(0)} MB of columns ` +
    `(goal ${figures.memoryGoalMb}); outcomes ${figures.outcomesEqual ? "equal" : "differ"}`;
  return { figures, text, failed: !figures.outcomesEqual };
}

const [question = values.report ? "growth" : "engine"] = positionals;
const bench = benches[question];
if (bench === undefined) {
  console.error(`bench ${question}: not there; there are ${Object.keys(benches).join(", ")}, storm`);
  process.exit(2);
}
if (values.data === undefined && question !== "growth") {
  console.error(
    `bench ${question}: --data is missing; give the folder of the generated columns (one.c.f64, uni.c.f64, ...)`,
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
