/**
 * Goal    a run goes on after a setting that trades nothing was changed, and never after one that may; a setting that
 *         nobody has thought about is of the second kind (C-55).
 * Method  every setting of the defaults, one by one.
 */
import { describe, expect, it } from "vitest";
import { type Config, configHash, loadConfig } from "./config.ts";
import { notTrading, notTradingPart, tradingHash, withNotTrading } from "./trading-hash.ts";

const config = loadConfig();

/** Of each setting its path; an object without keys and a list are settings. */
function leaves(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

function changed(path: string, to: unknown): Config {
  const copy = structuredClone(config) as unknown as Record<string, unknown>;
  const keys = path.split(".");
  let at = copy;
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  at[keys.at(-1) ?? ""] = to;
  return copy as unknown as Config;
}

describe("TH-1: the hash of a run", () => {
  it("changes with every setting but those that are named, and with one that nobody knows yet", () => {
    const own = tradingHash(config);
    const paths = [...leaves(config), ...notTrading, "alerts.shout", "backup.keepYearly", "live.processes.x"];
    const kept = [...new Set(paths)].filter((path) => tradingHash(changed(path, "other")) === own);
    expect(kept.toSorted()).toEqual(notTrading.toSorted());
    // The whole hash misses none of them.
    expect(paths.filter((path) => configHash(changed(path, "other")) === configHash(config))).toEqual([]);
  });

  it("names settings that there are", () => {
    const there = new Set(leaves(config));
    const optional = /^(?:live[.]processes[.]\w+[.](?:cpu|memoryMb)|data[.](?:perMinute|origins))$/;
    expect(notTrading.filter((path) => !there.has(path) && !optional.test(path))).toEqual([]);
    expect(() =>
      loadConfig({ assignments: ["live.processes.execute.memoryMb=512", "backup.keepHourly=48"] }),
    ).not.toThrow();
  });

  it.each([
    ...["risk.adv.maxFraction=0.001", "watchdog.heartbeatMs=400", "alerts.channelMinutes=4"],
    ...["alerts.barred.paper=true", "orchestrator.disabledTasks=[clean_up]", "live.journalWaitMs=300"],
  ])("is another with %s", (assignment) => {
    expect(tradingHash(loadConfig({ assignments: [assignment] }))).not.toBe(tradingHash(config));
  });
});

it("of the settings of now only those that trade nothing are taken over, means of a process included", () => {
  const now = loadConfig({
    assignments: [
      "risk.adv.maxFraction=0.001",
      "backup.keepHourly=48",
      "live.processes.execute.memoryMb=512",
    ],
  });
  const merged = withNotTrading(config, notTradingPart(now));
  expect(merged.backup.keepHourly).toBe(48);
  expect(merged.live.processes.execute).toEqual({ memoryMb: 512 });
  expect([merged.risk, tradingHash(merged)]).toEqual([config.risk, tradingHash(config)]);
  expect(withNotTrading(merged, notTradingPart(config))).toEqual(config);
  // Whatever stands in the file: it loosens nothing.
  expect(withNotTrading(config, now).risk).toEqual(config.risk);
});
