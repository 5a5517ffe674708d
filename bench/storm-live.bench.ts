/**
 * How much virtual time does the live code live through per second of one core, and does anything break?
 *
 * Question  both live stages, driver, outbox, order life cycle and the Alpaca client under virtual time, against the
 *           brokerage behind a bad line, with crashes and a slow disk; all checkers asked after every step and request.
 * Budget    at least 1000 x real time per core; under 300 x it is too slow to be worth its nights.
 * Time      seconds of CPU, so that other load on the machine does not count.
 *
 *   npm run bench -- storm-live --seeds 200 [--from 1] [--json]
 *   npm run bench -- storm-live --replay 13 [--trace] [--without fault,fault] [--simplify]
 *   npm run bench -- storm-live --planted
 */
import { parseArgs } from "node:util";
import { addCounts, type Counts } from "../src/sim/storm/reach.ts";
import { type LiveStormResult, runLiveStorm } from "../test/storm-live/live-storm.ts";
import { drawLivePlan, faultKinds, type LiveFault } from "../test/storm-live/plan.ts";
import { missedLive } from "../test/storm-live/reach.ts";
import { simplify } from "../test/storm-live/simplify.ts";
import { plantedLiveBugs } from "../test/storm-live-bugs.ts";

const GOAL = 1000;
const FLOOR = 300;
/** Fewer seeds need not have reached everything. */
const SEEDS_FOR_REACH = 60;
const SEEDS_PER_BUG = 200;

const options = {
  seeds: { type: "string", default: "100" },
  from: { type: "string", default: "1" },
  json: { type: "boolean", default: false },
  replay: { type: "string" },
  trace: { type: "boolean", default: false },
  simplify: { type: "boolean", default: false },
  without: { type: "string", default: "" },
  planted: { type: "boolean", default: false },
} as const;

/** Exit status: 1 when an invariant broke, something was never reached, or the storm is below its floor. */
export async function stormLiveBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  if (values.planted) return showPlanted();
  if (values.replay !== undefined) return replay(whole("replay", values.replay), values);
  return batch(whole("from", values.from), whole("seeds", values.seeds), values.json);
}

function whole(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`bench storm-live: --${name} ${text}: give a whole number`);
}

async function batch(from: number, seeds: number, json: boolean): Promise<number> {
  const cpu = process.cpuUsage();
  const failures: { readonly seed: number; readonly message: string }[] = [];
  const counts: Counts[] = [];
  const sums = { virtualSeconds: 0, inputs: 0, requests: 0, fills: 0, crashes: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await runLiveStorm({ seed });
    if (result.violation !== undefined) failures.push({ seed, message: result.violation.message });
    counts.push(result.counts);
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += result[key];
  }
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const timesRealTime = Math.round(sums.virtualSeconds / cpuSeconds);
  const all = addCounts(counts);
  const missed = seeds >= SEEDS_FOR_REACH ? missedLive(all) : [];
  const verdict = verdictOf(failures.length, missed.length, timesRealTime);
  const figures = {
    ...{ bench: "storm-live", from, seeds, ...sums, cpuSeconds, cpuMsPerSeed: (cpuSeconds * 1000) / seeds },
    ...{
      timesRealTimePerCore: timesRealTime,
      goal: GOAL,
      floor: FLOOR,
      failed: failures.length,
      missed,
      verdict,
    },
  };
  if (json) console.log(JSON.stringify({ ...figures, failures, counts: all }));
  else {
    for (const { seed, message } of failures) console.log(`seed ${seed}: ${message}`);
    for (const what of missed) console.log(`never happened: ${what}`);
    console.log(
      `live storm: seeds ${from} to ${from + seeds - 1}, ${failures.length} failed; ${sums.inputs} inputs, ` +
        `${sums.requests} requests, ${sums.fills} fills, ${sums.crashes} crashes; ` +
        `${figures.cpuMsPerSeed.toFixed(0)} ms of CPU a seed, ` +
        `${timesRealTime} x real time per core (goal ${GOAL}, floor ${FLOOR}): ${verdict}`,
    );
  }
  return verdict === "goal reached" || verdict === "above the floor" ? 0 : 1;
}

function verdictOf(failed: number, missed: number, timesRealTime: number): string {
  if (failed > 0) return "invariant broken";
  if (missed > 0) return "not reached";
  if (timesRealTime >= GOAL) return "goal reached";
  return timesRealTime >= FLOOR ? "above the floor" : "below the floor";
}

interface ReplayOptions {
  readonly trace: boolean;
  readonly simplify: boolean;
  readonly without: string;
}

async function replay(seed: number, { trace, simplify: simpler, without }: ReplayOptions): Promise<number> {
  const left = without.split(",").filter((name) => name !== "");
  const unknown = left.find((name) => !faultKinds.includes(name as LiveFault));
  if (unknown !== undefined)
    throw new Error(`bench storm-live: --without ${unknown}: there is ${faultKinds.join(", ")}`);
  console.log(JSON.stringify(drawLivePlan(seed)));
  const request = { seed, without: left as LiveFault[] };
  const result: LiveStormResult = await runLiveStorm(
    trace ? { ...request, trace: (line: string) => console.log(line) } : request,
  );
  const { violation, inputs, requests, fills, crashes, digest } = result;
  console.log(`seed ${seed}: ${inputs} inputs, ${requests} requests, ${fills} fills, ${crashes} crashes`);
  console.log(`state ${digest}`);
  console.log(violation === undefined ? "every invariant held" : `broken: ${violation.message}`);
  if (simpler && violation !== undefined)
    console.log(
      `it still breaks without: ${(await simplify(request))?.join(", ") || "nothing can be left out"}`,
    );
  return violation === undefined ? 0 : 1;
}

/** Which seed catches which planted bug, as docs/storm.md has it. */
async function showPlanted(): Promise<number> {
  let missed = 0;
  for (const { name, caughtBy, plant } of plantedLiveBugs) {
    let found: string | undefined;
    for (let seed = 1; seed <= SEEDS_PER_BUG && found === undefined; seed++) {
      const id = (await runLiveStorm({ seed, sabotage: plant() })).violation?.id;
      if (id !== undefined && caughtBy.includes(id)) found = `${id} | ${seed}`;
    }
    if (found === undefined) missed += 1;
    console.log(`| ${name} | ${found ?? "not caught"} |`);
  }
  return missed === 0 ? 0 : 1;
}
