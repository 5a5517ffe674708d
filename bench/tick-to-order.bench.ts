/**
 * How long from a tick or a bar in hand to the order that it leads to, network apart?
 *
 * Question  the live stages: a minute bar to the approved entry, and a print through a watched stop to the approved
 *           exit, in one thread; the same bar across the two processes with their codec, their queue and a socket;
 *           and, apart, how long until one entry of the journal survives a power cut.
 * Budget    15 us in one thread and 300 us across the processes, medians, nothing written down; a durable commit at
 *           most 2 x a bare FULL commit of the same run, p99 at most 10 ms idle (PERFORMANCE.md).
 * Rivals    a bare socket's round trip, and a bare commit, in turns with ours.
 *
 *   npm run bench -- tick-to-order [--json]
 */
import { parseArgs } from "node:util";
import { timeCommits } from "./tick/durable-commit.ts";
import { timeInThread } from "./tick/in-thread.ts";
import { timeTwoProcesses } from "./tick/two-processes.ts";

const GOALS = { threadMicros: 15, processesMicros: 300, commitRatio: 2, commitP99Micros: 10_000 };
/** Beyond it the design is wrong. */
const FLOOR_MICROS = 1000;
const THREAD = { warm: 3000, measured: 6000 };
const PROCESSES = { warm: 2000, measured: 3000 };
const COMMITS = { warm: 50, measured: 500 };

/** Exit status: 1 when a median is beyond the floor. */
export async function tickToOrderBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } } });
  const thread = timeInThread(THREAD.warm, THREAD.measured);
  const apart = await timeTwoProcesses(PROCESSES.warm, PROCESSES.measured);
  const commits = await timeCommits(COMMITS.warm, COMMITS.measured);
  const figures = {
    bench: "tick-to-order",
    // What other load on the machine does to the median it does less to the fastest tenth.
    ...{ barToEntryMicrosP10: at(thread.entries, 0.1), printToExitMicrosP10: at(thread.exits, 0.1) },
    ...{ barToEntryMicrosP50: at(thread.entries, 0.5), barToEntryMicrosP99: at(thread.entries, 0.99) },
    ...{ printToExitMicrosP50: at(thread.exits, 0.5), printToExitMicrosP99: at(thread.exits, 0.99) },
    ...{ processesMicrosP50: at(apart.entries, 0.5), processesMicrosP99: at(apart.entries, 0.99) },
    ...{ linkTripMicrosP50: at(apart.linkTrips, 0.5), bareTripMicrosP50: at(apart.bareTrips, 0.5) },
    ratioToBareTrip: at(apart.entries, 0.5) / at(apart.bareTrips, 0.5),
    ...{ commitMicrosP50: at(commits.journal, 0.5), commitMicrosP99: at(commits.journal, 0.99) },
    ...{ bareCommitMicrosP50: at(commits.bare, 0.5), bareCommitMicrosP99: at(commits.bare, 0.99) },
    ratioToBareCommit: at(commits.journal, 0.5) / at(commits.bare, 0.5),
    goals: GOALS,
  };
  const missed = missedGoals(figures);
  const verdict = missed.length === 0 ? "goal reached" : `missed: ${missed.join(", ")}`;
  if (values.json) console.log(JSON.stringify({ ...figures, missed, verdict }));
  else for (const line of linesOf(figures, verdict)) console.log(line);
  const worst = Math.max(
    figures.barToEntryMicrosP50,
    figures.printToExitMicrosP50,
    figures.processesMicrosP50,
  );
  return worst > FLOOR_MICROS ? 1 : 0;
}

function at(times: Float64Array, share: number): number {
  const sorted = times.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

interface Figures {
  readonly [name: string]: unknown;
  readonly barToEntryMicrosP10: number;
  readonly printToExitMicrosP10: number;
  readonly barToEntryMicrosP50: number;
  readonly barToEntryMicrosP99: number;
  readonly printToExitMicrosP50: number;
  readonly printToExitMicrosP99: number;
  readonly processesMicrosP50: number;
  readonly processesMicrosP99: number;
  readonly linkTripMicrosP50: number;
  readonly bareTripMicrosP50: number;
  readonly ratioToBareTrip: number;
  readonly commitMicrosP50: number;
  readonly commitMicrosP99: number;
  readonly bareCommitMicrosP50: number;
  readonly bareCommitMicrosP99: number;
  readonly ratioToBareCommit: number;
}

function missedGoals(figures: Figures): string[] {
  const goals: readonly (readonly [string, number, number])[] = [
    ["bar to entry in one thread", figures.barToEntryMicrosP50, GOALS.threadMicros],
    ["print to exit in one thread", figures.printToExitMicrosP50, GOALS.threadMicros],
    ["across two processes", figures.processesMicrosP50, GOALS.processesMicros],
    ["commit against a bare one", figures.ratioToBareCommit, GOALS.commitRatio],
    ["p99 of a commit", figures.commitMicrosP99, GOALS.commitP99Micros],
  ];
  return goals.filter(([, value, goal]) => !(value <= goal)).map(([name]) => name);
}

function linesOf(figures: Figures, verdict: string): string[] {
  const us = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} us`;
  const pair = (p50: number, p99: number) => `p50 ${us(p50)}, p99 ${us(p99)}`;
  return [
    `one thread: bar to entry p10 ${us(figures.barToEntryMicrosP10)}, ` +
      `${pair(figures.barToEntryMicrosP50, figures.barToEntryMicrosP99)}; print to exit p10 ` +
      `${us(figures.printToExitMicrosP10)}, ${pair(figures.printToExitMicrosP50, figures.printToExitMicrosP99)} ` +
      `(goal p50 ${GOALS.threadMicros} us)`,
    `two processes: bar to entry ${pair(figures.processesMicrosP50, figures.processesMicrosP99)} ` +
      `(goal p50 ${GOALS.processesMicros} us), ${figures.ratioToBareTrip.toFixed(2)} x a bare round trip of ` +
      `${us(figures.bareTripMicrosP50)}; an echo over the link ${us(figures.linkTripMicrosP50)}`,
    `durable commit: ${pair(figures.commitMicrosP50, figures.commitMicrosP99)} (goal p99 ` +
      `${GOALS.commitP99Micros / 1e3} ms), ${figures.ratioToBareCommit.toFixed(2)} x a bare one (goal ` +
      `${GOALS.commitRatio}), which takes ${pair(figures.bareCommitMicrosP50, figures.bareCommitMicrosP99)}`,
    `tick-to-order: ${verdict}`,
  ];
}
