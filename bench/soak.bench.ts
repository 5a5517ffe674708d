/**
 * Does the running system keep to its memory and its open files?
 *
 * Question  the real processes (ingest, compute, execute, guardian, the built-in exchange) trade the synthetic market;
 *           each says every quarter hour of the exchange what it holds after a full collection, what the system gave
 *           it, and how many files it has open.
 * Budget    1 MB per virtual hour and process, by the line of least squares after the first quarter; open files flat
 *           (PERFORMANCE.md). Hours are those that the exchange's clock lives through: closed hours are skipped and
 *           do not count. No process may end.
 *
 *   npm run bench -- soak [--hours 24] [--speed 60] [--json]
 */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/app/config.ts";
import { tradedConfig } from "../src/app/traded-config.ts";
import type { MemoryFigures } from "./live/memory-samples.ts";
import { type LiveRig, startRig } from "./live/rig.ts";

const MB_PER_HOUR = 1;
/** Sockets come and go with requests: more than that is a trend. */
const FILES_MORE = 4;
const QUARTER_HOUR_MS = 900_000;
const HISTORY_SESSIONS = 5;

const options = {
  hours: { type: "string", default: "24" },
  speed: { type: "string", default: "60" },
  json: { type: "boolean", default: false },
} as const;

interface Status {
  readonly snapshot: { readonly bars: number; readonly trades: { readonly count: number } };
  readonly inputs: number;
  readonly staleDecisions: number;
  readonly feed: { readonly late: number } | null;
}

/** Exit status: 1 when a budget is broken. */
export async function soakBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const [hours, speed] = [positive("hours", values.hours), positive("speed", values.speed)];
  const rig = await startRig({
    config: tradedConfig(loadConfig(), "demo"),
    speed,
    words: [],
    historySessions: HISTORY_SESSIONS,
    lookEveryMs: QUARTER_HOUR_MS / speed,
  });
  try {
    await pause((hours * 3_600_000) / speed);
    return await told(rig, { hours, speed, json: values.json });
  } finally {
    await rig.stop();
  }
}

interface Asked {
  readonly hours: number;
  readonly speed: number;
  readonly json: boolean;
}

async function told(rig: LiveRig, { hours, speed, json }: Asked): Promise<number> {
  const { snapshot, inputs, staleDecisions, feed } = await rig.ask<Status>({ verb: "status" });
  const processes = rig.memory();
  const broken = processes.flatMap(problemsOf);
  if (rig.deaths.length > 0) broken.push(`${rig.deaths.length} processes ended`);
  const figures = {
    ...{ bench: "soak", hours, speed, symbols: rig.run.symbols.length },
    ...{ bars: snapshot.bars, trades: snapshot.trades.count, inputs, staleDecisions },
    ...{ lateBars: feed?.late ?? null, deaths: rig.deaths, processes },
    ...{ budgetMbPerHour: MB_PER_HOUR, broken, verdict: broken.length === 0 ? "within the budget" : "over" },
  };
  if (json) console.log(JSON.stringify(figures));
  else {
    for (const line of memoryLines(processes)) console.log(line);
    console.log(
      `soak ${hours} h at ${speed} x, ${figures.symbols} symbols: ${figures.bars} bars, ${figures.trades} trades, ` +
        `${inputs} inputs, ${staleDecisions} stale decisions, ${figures.lateBars} late bars: ` +
        `${figures.verdict} ${broken.join("; ")}`,
    );
  }
  return broken.length === 0 ? 0 : 1;
}

export function memoryLines(processes: readonly MemoryFigures[]): string[] {
  return processes.map(
    (each) =>
      `${each.process.padEnd(9)} held ${each.heldMb.toFixed(1)} MB, ${each.heldMbPerHour.toFixed(2)} MB/h; ` +
      `RSS ${each.rssMb.toFixed(0)} MB, ${each.rssMbPerHour.toFixed(2)} MB/h; open files ` +
      `${each.openFilesFirst ?? "?"} to ${each.openFilesLast ?? "?"}, at most ${each.openFilesMost ?? "?"}; ` +
      `${each.samples} samples, ${each.lives} lives`,
  );
}

function problemsOf({ process, ...figures }: MemoryFigures): string[] {
  const found: string[] = [];
  const { heldMbPerHour, rssMbPerHour, openFilesFirst, openFilesLast } = figures;
  if (heldMbPerHour > MB_PER_HOUR) found.push(`${process} holds ${heldMbPerHour.toFixed(2)} MB more an hour`);
  else if (rssMbPerHour > MB_PER_HOUR)
    found.push(`${process} takes ${rssMbPerHour.toFixed(2)} MB more an hour`);
  if ((openFilesLast ?? 0) > (openFilesFirst ?? 0) + FILES_MORE)
    found.push(`${process} opens more and more files`);
  return found;
}

export function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} ${text}: give a number above 0`);
}
