/**
 * `npm run bench -- engine --data DIR [--set one,uni] [--json]` and `npm run bench -- storm --seeds N`: one JSON line
 * per question, or a table.
 */
import "../src/adapters/inlining.ts";
import { parseArgs } from "node:util";
import { engineBench } from "./engine.bench.ts";
import { stormBench } from "./storm.bench.ts";

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
  },
});

const [question = "engine"] = positionals;
if (question !== "engine") {
  console.error(`bench ${question}: not there; there are engine and storm`);
  process.exit(2);
}
if (values.data === undefined) {
  console.error(
    "bench engine: --data is missing; give the folder of the generated columns (one.c.f64, uni.c.f64, ...)",
  );
  process.exit(2);
}
try {
  for (const set of values.set.split(",")) {
    const figures = engineBench(values.data, set);
    if (values.json) console.log(JSON.stringify(figures));
    else {
      console.log(
        `engine ${set}: ${figures.ratioToLimit.toFixed(3)} of the limit (goal ${figures.goal}, floor ${figures.floor}), ` +
          `${figures.ratioToObjectEngine.toFixed(2)} x the object engine, ` +
          `${(figures.barsPerSecond / 1e6).toFixed(1)}M bars/s; ${figures.fills} fills, ` +
          `equity ${figures.equity.toFixed(6)} (off by ${figures.equityError.toExponential(1)}): ${figures.verdict}`,
      );
    }
    if (figures.verdict === "wrong result" || figures.verdict === "below the floor") process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
