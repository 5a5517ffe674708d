/** `plimsoll metrics summary`: how fast the running system is, how well it is filled, and what it counted. */
import type { Command } from "commander";
import { number, percent } from "../app/formats.ts";
import { knownRun } from "../app/live/active-run.ts";
import { InputError } from "../domain/assert.ts";
import type { EngineMetrics } from "../ops/metrics/engine-metrics.ts";
import { type MetricsSummary, metricsSummary } from "../ops/metrics/metrics-summary.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { askRun } from "./control-desk-door.ts";

export function registerMetricsCommand(program: Command, context: CliContext): void {
  const metrics = program.command("metrics").description("figures of the running system");
  metrics
    .command("summary")
    .description("latencies in quantiles, quality of the fills, counts of orders and refusals")
    .addHelpText("after", "\nExample:\n  plimsoll metrics summary --json")
    .action(async () => {
      const known = knownRun(context.root());
      if (known?.active === undefined)
        throw new InputError(`no system runs on ${context.root()}; start one with: plimsoll start`, 1);
      const answer = await askRun(known, { verb: "metrics" });
      if (answer.kind !== "told") throw new InputError("execute answered what cannot be read", 1);
      const compute = known.active.processes.find(({ id }) => id === "compute");
      const summary = metricsSummary(answer.value as EngineMetrics, compute?.vitals?.histograms?.signal);
      report(context, summary, () => summaryText(summary));
    });
}

const figure = (value: number | null, digits: number): string =>
  value === null ? "-" : number(value, digits);
const right = (title: string) => ({ title, align: "right" as const });

function summaryText(summary: MetricsSummary): string {
  const { run, mode, level, latency, quality, fillRatio, unknownOrders, tombstones } = summary;
  const counted = [
    ...summary.orders.map(({ kind, outcome, count }) => [`orders ${kind} ${outcome}`, String(count)]),
    ...summary.denied.map(({ control, outcome, count }) => [`${control} ${outcome}`, String(count)]),
    ...summary.rejects.map((row) => [`refused by the broker: ${row.class}`, String(row.count)]),
    ...summary.mismatches.map(({ kind, count }) => [`differences found: ${kind}`, String(count)]),
    ["unknown orders", String(unknownOrders)],
    ["tombstones", String(tombstones)],
  ];
  return [
    `${mode} run ${run}, ${level}`,
    "",
    alignedTable(
      [{ title: "latency, ms" }, right("count"), right("p50"), right("p95"), right("p99"), right("goal")],
      latency.map(({ label, count, p50Ms, p95Ms, p99Ms, goalMs }) => [
        ...[label, String(count), figure(p50Ms, 2), figure(p95Ms, 2), figure(p99Ms, 2), String(goalMs)],
      ]),
    ),
    "",
    alignedTable(
      [{ title: "fills, basis points" }, right("count"), right("mean"), right("p50"), right("p95")],
      quality.map(({ label, count, meanBps, p50Bps, p95Bps }) => [
        ...[label, String(count), figure(meanBps, 2), figure(p50Bps, 2), figure(p95Bps, 2)],
      ]),
    ),
    `of the shares that ended entries asked for, filled: ${fillRatio === null ? "-" : percent(fillRatio, 1)}`,
    "",
    alignedTable([{ title: "counted" }, right("")], counted),
  ].join("\n");
}
