/** `npm run bench -- engine|features --data DIR [--set one,uni] [--json]`: one JSON line per question, or a table. */
import "../src/adapters/inlining.ts";
import { parseArgs } from "node:util";
import { type EngineFigures, engineBench } from "./engine.bench.ts";
import { type FeatureFigures, featuresBench } from "./features.bench.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    set: { type: "string", default: "one,uni" },
    json: { type: "boolean", default: false },
  },
});

const benches: Readonly<Record<string, (data: string) => Generator<BenchLine>>> = {
  *engine(data) {
    for (const set of values.set.split(",")) yield engineLine(engineBench(data, set));
  },
  *features(data) {
    yield featuresLine(featuresBench(data));
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

const [question = "engine"] = positionals;
const bench = benches[question];
if (bench === undefined) {
  console.error(`bench ${question}: not there; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
if (values.data === undefined) {
  console.error(
    `bench ${question}: --data is missing; give the folder of the generated columns (one.c.f64, uni.c.f64, ...)`,
  );
  process.exit(2);
}
try {
  for (const { figures, text, failed } of bench(values.data)) {
    console.log(values.json ? JSON.stringify(figures) : text);
    if (failed) process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
