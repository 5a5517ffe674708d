/** Goal: the guardian stands behind the limits of the run and no looser ones, and is heard of outside (C-30, C-62). */
import { execPath } from "node:process";
import { expect, it } from "vitest";
import { terms } from "../../../test/live-session.ts";
import { Secret } from "../../adapters/brokers/alpaca/secret.ts";
import { type GuardianTerms, parseTerms } from "../../guardian/terms.ts";
import { type Config, withSettings } from "../config.ts";
import type { TradingMode } from "./run-terms.ts";
import { plansOf } from "./system.ts";

const entry = "main.ts";
const paths = { ingest: entry, compute: entry, execute: entry, ledger: entry, guardian: entry };
const credentials = { keyId: new Secret("PK"), secretKey: new Secret("s") };

/** What the guardian is told, as it reads it. */
function guardianOf(mode: TradingMode, ...settings: readonly string[]): GuardianTerms {
  const config: Config = withSettings(terms.config, settings, "test");
  const run = {
    ...terms,
    mode,
    config,
    killSwitch: "/r/killswitch",
    hosts: { ...terms.hosts, trading: "http://h:1", data: "http://h:1" },
  };
  const plan = plansOf({ root: "/r", run, credentials, paths }).find(({ id }) => id === "guardian");
  expect(plan?.command).toBe(execPath);
  return parseTerms(plan?.env?.GUARDIAN_TERMS ?? "", "GUARDIAN_TERMS");
}

it.each([
  [0.02, 0.02],
  [0.03, 0.03],
  [0.05, 0.03],
])("a configured loss of %d of the day's base is %d to the guardian (C-30)", (configured, holds) => {
  const set = `breakers.day_base_loss.maxFraction=${configured}`;
  expect(guardianOf("paper", set).dayLossMax).toBe(holds);
});

it("the monitor outside hears of paper and live, and never of a demo (C-62)", () => {
  const set = "live.deadManUrl=https://monitor.example/ping/1";
  expect(guardianOf("paper", set).deadManUrl).toBe("https://monitor.example/ping/1");
  expect(guardianOf("live", set).deadManUrl).toBe("https://monitor.example/ping/1");
  expect(guardianOf("demo", set).deadManUrl).toBeUndefined();
  expect(guardianOf("paper").deadManUrl).toBeUndefined();
});

it("keys of the bus reach the stages alone, and a stage of another machine is not started here", () => {
  const bus = { NATS_USER: "me", NATS_PASSWORD: "hunter2" };
  const plans = (...settings: readonly string[]) =>
    plansOf({
      ...{ root: "/r", credentials, paths, bus },
      run: { ...terms, config: withSettings(terms.config, settings, "test") },
    });
  const knowing = plans().filter(({ env }) => env?.NATS_PASSWORD === "hunter2");
  expect(knowing.map(({ id }) => id)).toEqual(["ingest", "execute", "compute"]);
  const there = plans("bus.url=nats://a:1", "bus.elsewhere=[compute]");
  expect(there.map(({ id }) => id)).toEqual(["ingest", "execute", "ledger", "guardian"]);
});
