/**
 * Goal: every family of the specification is offered under its exact name, from what the parts tell; what is not known
 * is NaN and never 0; nothing that is a secret is among it (MX-1, MX-2).
 */
import { describe, expect, it } from "vitest";
import { engineSample, sourcesSample } from "../../../test/engine-metrics-sample.ts";
import type { EngineClaim } from "./engine-metrics.ts";
import { families } from "./families.ts";
import { type Samples, samplesOf } from "./samples.ts";

/** RELIABILITY 6.2, each name with its labels. */
const specified = `build_info{version,commit,config_hash,mode} state{state} state_transitions_total{from,to,cause}
  latch_seconds{} equity_usd{} nav_ratio{} drawdown_ratio{base} limit_utilization_ratio{control}
  exposure_ratio{side,kind} positions{} orders_total{kind,outcome} orders_inflight{state} order_ack_seconds{}
  order_fill_seconds{} slippage_ratio{} unknown_orders{} tombstones{} control_decisions_total{control,outcome}
  rejects_total{class} feed_age_seconds{channel} feed_deadline_seconds{channel} feed_state{channel}
  ws_rtt_seconds{socket} ws_reconnects_total{socket,reason} broker_requests_total{endpoint,code}
  broker_request_seconds{} rate_budget_ratio{priority} reconcile_mismatch_total{kind} reconcile_age_seconds{}
  event_loop_delay_seconds{process,stat} heap_bytes{process,kind} queue_depth{queue} engine_lag_seconds{}
  journal_commit_seconds{} journal_bytes{file} disk_free_bytes{} wal_bytes{file} backup_age_seconds{}
  restore_drill_age_seconds{} hashchain_ok{} clock_skew_seconds{} alerts_total{severity,channel,result}
  alert_oldest_undelivered_seconds{} guardian_beat_age_seconds{} auto_recoveries_total{action} slo_able{}`;

const valuesOf = (samples: Samples, name: string) =>
  (samples.get(name) ?? []).flatMap((sample) => ("value" in sample ? [sample.value] : []));
const at = (samples: Samples, name: string, labels: Readonly<Record<string, string>>) =>
  (samples.get(name) ?? []).find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels));

describe("the families", () => {
  it("are those of the specification, under the same labels, and more", () => {
    const own = new Map(families.map(({ name, labels }) => [name, labels]));
    for (const [, name = "", labels = ""] of specified.matchAll(/(\w+)\{([\w,]*)\}/g))
      expect([name, own.get(`trader_${name}`)?.join(",")]).toEqual([name, labels]);
    expect(own.size).toBe(families.length);
  });

  it("have names by the rules: base units, _total for what only grows", () => {
    for (const { name, kind } of families) {
      expect(name).toMatch(/^trader_[a-z_]+$/);
      expect([name, name.endsWith("_total")]).toEqual([name, kind === "counter"]);
      expect(name).not.toMatch(/_(?:ms|millis|percent|pct|micros|kb|mb)(?:_|$)/);
    }
  });

  it("each have a sample where everything is known, under their own labels", () => {
    const samples = samplesOf(sourcesSample);
    for (const { name, labels } of families) {
      const own = samples.get(name) ?? [];
      expect([name, own.length > 0]).toEqual([name, true]);
      for (const sample of own) {
        const given = Object.keys(sample.labels).filter((label) => label !== "quantile");
        expect([name, given.toSorted()]).toEqual([name, labels.toSorted()]);
      }
    }
    expect(samples.size).toBe(families.length);
  });
});

describe("what is not known", () => {
  it("is NaN: of a backup that was never made, of money that may not be told", () => {
    const samples = samplesOf(sourcesSample);
    for (const name of ["backup_age_seconds", "restore_drill_age_seconds", "hashchain_ok", "equity_usd"])
      expect([name, valuesOf(samples, `trader_${name}`)]).toEqual([name, [Number.NaN]]);
    const told = samplesOf({ ...sourcesSample, showsEquity: true });
    expect(valuesOf(told, "trader_equity_usd")).toEqual([97_123.45]);
    expect(JSON.stringify([...samples])).not.toContain("97123");
  });

  it("while execute is dead: the state says DOWN, counts stay, what would mislead is NaN", () => {
    const dead = samplesOf({ ...sourcesSample, isEngineUp: false });
    expect(at(dead, "trader_state", { state: "DOWN" })).toMatchObject({ value: 1 });
    expect(at(dead, "trader_state", { state: "NO_NEW_ENTRIES" })).toMatchObject({ value: 0 });
    expect(at(dead, "trader_orders_total", { kind: "entry", outcome: "filled" })).toMatchObject({ value: 3 });
    for (const name of ["nav_ratio", "positions", "unknown_orders", "guardian_beat_age_seconds"])
      expect([name, valuesOf(dead, `trader_${name}`)]).toEqual([name, [Number.NaN]]);
    expect(valuesOf(dead, "trader_slo_able")).toEqual([0]);
  });

  it("before execute ever answered the families are there, and nothing of it is made up", () => {
    const never = samplesOf({ ...sourcesSample, engine: undefined, isEngineUp: false });
    expect(never.size).toBe(families.length);
    expect(never.get("trader_orders_total")).toEqual([]);
    expect(valuesOf(never, "trader_positions")).toEqual([Number.NaN]);
  });
});

describe("able", () => {
  const able = (outage: EngineClaim["outage"]) => {
    const claim = {
      authority: "x",
      source: "y",
      level: "HALTED",
      liftedBy: "itself",
      heldSeconds: 1,
      outage,
    };
    const samples = samplesOf({ ...sourcesSample, engine: { ...engineSample, claims: [claim] } });
    return [...valuesOf(samples, "trader_slo_able"), ...valuesOf(samples, "trader_slo_able_lost")];
  };

  it("an outage loses it to its cause; what bars on purpose loses nothing", () => {
    expect(able("broker")).toEqual([0, 0, 1, 0, 0]);
    expect(able(null)).toEqual([1, 0, 0, 0, 0]);
  });
});
