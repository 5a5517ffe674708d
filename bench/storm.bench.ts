/**
 * How much virtual time does the whole system live through per second of one core, and does anything break?
 *
 * Question  the real engine, gate, rules, desk, journal text and the simulated venue under faults and crashes, with
 *           all checkers asked after every event.
 * Budget    at least 1000 x real time per core with 30 symbols; under 300 x the storm is too slow to be worth its
 *           nights. 2,000 seeds of the usual size within five minutes on two cores (PERFORMANCE.md).
 * Time      seconds of CPU over all threads, so that other load on the machine does not count.
 *
 *   npm run bench -- storm --seeds 2000 --from 1 [--workers 2] [--symbols 5] [--minutes 20] [--json]
 *   npm run bench -- storm --replay 118 [--trace] [--simplify] [--without LIMIT]
 *   npm run bench -- storm --planted
 */
import { parseArgs } from "node:util";
import { runTasks } from "../src/adapters/worker-pool.ts";
import { drawPlan, type KnownLimits, knownLimits, type StormSize } from "../src/sim/storm/plan.ts";
import { addCounts, missed } from "../src/sim/storm/reach.ts";
import { simplify } from "../src/sim/storm/simplify.ts";
import { runStorm } from "../src/sim/storm/storm.ts";
import { plantedBugs } from "../test/storm-bugs.ts";
import type { Slice, SliceResult } from "./storm-worker.ts";

const GOAL = 1000;
const FLOOR = 300;
/** Fewer seeds need not have reached everything. */
const SEEDS_FOR_REACH = 150;
const SEEDS_PER_SLICE = 25;
const SEEDS_PER_BUG = 2000;
const SHOWN = 20;

const options = {
  seeds: { type: "string", default: "2000" },
  from: { type: "string", default: "1" },
  workers: { type: "string", default: "2" },
  symbols: { type: "string", default: "5" },
  minutes: { type: "string", default: "20" },
  json: { type: "boolean", default: false },
  replay: { type: "string" },
  trace: { type: "boolean", default: false },
  simplify: { type: "boolean", default: false },
  without: { type: "string" },
  planted: { type: "boolean", default: false },
} as const;

/** Exit status: 1 when an invariant broke, something was never reached, or the storm is below its floor. */
export async function stormBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const size = { symbols: whole("symbols", values.symbols), minutes: whole("minutes", values.minutes) };
  if (values.planted) return showPlanted();
  if (values.replay !== undefined) return replay(whole("replay", values.replay), size, values);
  const request = { from: whole("from", values.from), seeds: whole("seeds", values.seeds) };
  return batch(request, size, whole("workers", values.workers), values.json);
}

function whole(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text) && (name === "from" || name === "replay" || Number(text) > 0))
    return Number(text);
  throw new Error(`bench storm: --${name} ${text}: give a positive whole number`);
}

async function batch(request: Slice, size: StormSize, workers: number, json: boolean): Promise<number> {
  const { from, seeds } = request;
  const slices: Slice[] = [];
  for (let done = 0; done < seeds; done += SEEDS_PER_SLICE) {
    slices.push({ from: from + done, seeds: Math.min(SEEDS_PER_SLICE, seeds - done) });
  }
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const entry = new URL("./storm-worker.ts", import.meta.url);
  const answers = await runTasks<Slice, SliceResult>(entry, size, slices, workers);
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const timesRealTime = Math.round((seeds * size.minutes * 60) / cpuSeconds);
  const failures = answers.flatMap((answer) => answer.failures);
  const counts = addCounts(answers.map((answer) => answer.counts));
  const unreached = seeds >= SEEDS_FOR_REACH ? missed(counts) : [];
  const sum = (field: "events" | "commands" | "crashes") =>
    answers.reduce((total, answer) => total + answer[field], 0);
  const figures = {
    bench: "storm",
    ...request,
    ...size,
    workers,
    events: sum("events"),
    commands: sum("commands"),
    crashes: sum("crashes"),
    cpuSeconds,
    wallSeconds: Number(process.hrtime.bigint() - wall) / 1e9,
    cpuMsPerSeed: (cpuSeconds * 1000) / seeds,
    timesRealTimePerCore: timesRealTime,
    goal: GOAL,
    floor: FLOOR,
    failures: failures.slice(0, SHOWN),
    failed: failures.length,
    missed: unreached,
    verdict: verdictOf(failures.length, unreached.length, timesRealTime),
  };
  if (json) console.log(JSON.stringify({ ...figures, counts }));
  else {
    for (const { seed, message } of figures.failures) console.log(`seed ${seed}: ${message}`);
    for (const what of unreached) console.log(`never happened: ${what}`);
    console.log(
      `storm ${size.symbols} symbols: seeds ${from} to ${from + seeds - 1}, ${failures.length} failed; ` +
        `${figures.events} events, ${figures.crashes} crashes; ${figures.cpuMsPerSeed.toFixed(1)} ms of CPU a seed, ` +
        `${timesRealTime} x real time per core (goal ${GOAL}, floor ${FLOOR}): ${figures.verdict}`,
    );
  }
  return figures.verdict === "goal reached" || figures.verdict === "above the floor" ? 0 : 1;
}

function verdictOf(failed: number, unreached: number, timesRealTime: number): string {
  if (failed > 0) return "invariant broken";
  if (unreached > 0) return "not reached";
  if (timesRealTime >= GOAL) return "goal reached";
  return timesRealTime >= FLOOR ? "above the floor" : "below the floor";
}

interface ReplayOptions {
  readonly trace: boolean;
  readonly simplify: boolean;
  readonly without?: string | undefined;
}

function replay(seed: number, size: StormSize, { trace, simplify: simpler, without }: ReplayOptions): number {
  if (without !== undefined && !Object.hasOwn(knownLimits, without)) {
    throw new Error(`bench storm: --without ${without}: there is ${Object.keys(knownLimits).join(", ")}`);
  }
  const known: Partial<KnownLimits> = without === undefined ? {} : { [without]: false };
  console.log(JSON.stringify(drawPlan(seed, size, { ...knownLimits, ...known })));
  const request = { seed, size, known };
  const result = runStorm(trace ? { ...request, trace: (line) => console.log(line) } : request);
  const { violation, events, commands, crashes, digest } = result;
  console.log(`seed ${seed}: ${events} events, ${commands} commands, ${crashes} crashes, state ${digest}`);
  for (const line of result.tail) console.log(`  ${line}`);
  console.log(violation === undefined ? "every invariant held" : `broken: ${violation.message}`);
  if (simpler && violation !== undefined) {
    console.log(`it still breaks without: ${simplify(request)?.join(", ") || "nothing can be left out"}`);
  }
  return violation === undefined ? 0 : 1;
}

/** Which seed catches which planted bug, as docs/storm.md has it. */
function showPlanted(): number {
  let missedBugs = 0;
  for (const { name, caughtBy, plant } of plantedBugs) {
    let found = "not caught";
    for (let seed = 1; seed <= SEEDS_PER_BUG && found === "not caught"; seed++) {
      const id = runStorm({ seed, sabotage: plant() }).violation?.id;
      if (id !== undefined && caughtBy.includes(id)) found = `${id} | ${seed}`;
    }
    if (found === "not caught") missedBugs += 1;
    console.log(`| ${name} | ${found} |`);
  }
  return missedBugs === 0 ? 0 : 1;
}
