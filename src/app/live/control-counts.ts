/**
 * How often each control decided, under the ids of the control table: a rule that denied or trimmed an order, and a
 * claim that was raised. Read off the engine's own tallies.
 */
import type { ExecuteStage } from "../../engine/execute.ts";
import type { EngineLimit, EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import { breakers } from "../../risk/breaker-registry.ts";
import type { Config } from "../config.ts";
import { Counted } from "./counted.ts";

/** Claims by who raises them, other than breakers. */
const sourceControls: Readonly<Record<string, string>> = {
  operator: "C-01",
  kill: "C-01",
  guardian: "C-46",
  watchdog: "C-36",
  clock: "C-50",
  "event-loop": "C-51",
  resources: "C-52",
  "round-trips": "C-38",
  broker_errors: "C-38",
  broker_refuses_key: "C-38",
  journal: "C-53",
  crash_loop: "C-54",
  record: "C-53",
  startup: "C-47",
  reconciliation: "C-47",
  certificate: "C-59",
  strategy_threw: "C-27",
};
const breakerControls = new Map(breakers.map(({ id, control }) => [id, control]));

/** The control that a claim belongs to; what has none goes under its own name. */
export const controlOf = (source: string): string => {
  const [name = ""] = source.split(":");
  return breakerControls.get(name) ?? sourceControls[name] ?? name;
};

export function controlDecisions({ gate, blocked, claimLog }: ExecuteStage): EngineMetrics["decisions"] {
  const ruleControls = new Map(gate.rules.map(({ id, control }) => [id, control]));
  const controls = [...new Set([...ruleControls.values(), ...breakerControls.values()])];
  const counts = new Counted(
    controls.flatMap((control) => [`${control} denied`, `${control} trimmed`, `${control} raised`]),
    400,
  );
  for (const { rule, count, shrunk } of blocked.list()) {
    const [, barredBy] = /^permission:(.*)$/.exec(rule) ?? [];
    const control = barredBy === undefined ? (ruleControls.get(rule) ?? rule) : controlOf(barredBy);
    counts.add(`${control} denied`, count);
    counts.add(`${control} trimmed`, shrunk);
  }
  for (const { claim } of claimLog.claims) counts.add(`${controlOf(claim.source)} raised`);
  return counts.rows().map(([name, count]) => {
    const at = name.lastIndexOf(" ");
    return { control: name.slice(0, at), outcome: name.slice(at + 1), count };
  });
}

/** Limits in force beside what is used of them; null where it is not known. */
export function limitUses(stage: ExecuteStage, { breakers: configured }: Config): EngineLimit[] {
  const { portfolio, baselines, facts, gate, overrides } = stage;
  const { equity, gross } = portfolio;
  const ofRule = (id: string, name: string): number =>
    Number(gate.rules.find((rule) => rule.id === id)?.params?.[name]);
  const ofBreaker = (id: string): number => {
    const held = overrides.list.filter(({ key }) => key === `breakers.${id}.maxFraction`);
    const { maxFraction } = configured[id] as { readonly maxFraction: number };
    return Math.min(maxFraction, ...held.map(({ value }) => value));
  };
  const positions = portfolio.positions();
  const values = positions.map(({ shares, mark }) => shares * mark);
  const short = values.reduce((sum, value) => sum - Math.min(0, value), 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const use = (control: string, used: number, limit: number): EngineLimit => ({
    control,
    use: Number.isFinite(used) ? used : null,
    limit,
  });
  return [
    use("C-29", baselines.drawdownFromDayHigh(equity), ofBreaker("day_high_drawdown")),
    use("C-30", baselines.lossFromDayBase(equity), ofBreaker("day_base_loss")),
    use("C-31", baselines.drawdownFromHigh(equity), ofBreaker("high_water_mark")),
    use("C-11", gross / equity, ofRule("gross_exposure", "maxFraction")),
    use("C-33", heatOf(stage), ofRule("open_risk", "maxFraction")),
    use("C-25", facts.openPositions, ofRule("max_positions", "limit")),
    use("C-26", facts.entriesToday, ofRule("trades_per_day", "limit")),
    use("C-24", gross === 0 ? 0 : short / gross, ofRule("shorts_share", "maxFraction")),
    use("C-13", largest / equity, ofRule("position_size", "maxFraction")),
  ].filter(({ limit }) => limit > 0);
}

/** What would be lost if all that is held or on its way were stopped out, as a fraction of equity (C-33). */
export function heatOf({ facts, gate, portfolio }: ExecuteStage): number {
  const { params } = gate.rules.find(({ id }) => id === "open_risk") ?? {};
  return facts.openRisk(Number(params?.assumedFraction ?? 0)) / portfolio.equity;
}
