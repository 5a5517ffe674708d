/** Goal: what must hold where orders are traded holds whatever the configuration says, and a backtest keeps its own. */
import { describe, expect, it } from "vitest";
import { configHash, loadConfig } from "./config.ts";
import { tradedConfig } from "./traded-config.ts";

const looser = [
  "risk.per_trade_risk.requireStop=false",
  "risk.adv.required=false",
  "risk.restricted.requireRaw=false",
  "risk.spread.required=false",
  "sizing.adv.requireHistory=false",
  "execution.stops=venue",
];
const tight = {
  risk: {
    per_trade_risk: { requireStop: true },
    adv: { required: true },
    restricted: { requireRaw: true },
    spread: { required: true },
  },
  sizing: { adv: { requireHistory: true } },
  execution: { stops: "virtual" },
};

describe.each(["paper", "live"] as const)("%s", (mode) => {
  it("requires a stop, volumes, printed prices, quotes and watched stops, whoever says otherwise", () => {
    expect(tradedConfig(loadConfig(), mode)).toMatchObject(tight);
    expect(tradedConfig(loadConfig({ assignments: looser }), mode)).toMatchObject(tight);
  });

  it("keeps what is stricter, and takes none of the demo's settings", () => {
    const own = loadConfig({ assignments: ["risk.adv.maxFraction=0.001", "risk.price_collar.spreads=2"] });
    const { risk, sizing, breakers } = tradedConfig(own, mode);
    expect(risk).toMatchObject({ adv: { maxFraction: 0.001 }, price_collar: { spreads: 2 } });
    expect(sizing.kelly.enabled).toBe(true);
    expect(breakers.account_losses).toMatchObject({ losses: 5 });
  });
});

it("the demo watches its stops and its spreads, and is looser only where its settings say so", () => {
  const { execution, risk, sizing } = tradedConfig(loadConfig({ assignments: looser }), "demo");
  expect([execution.stops, risk.spread]).toMatchObject(["virtual", { required: true }]);
  expect(risk.per_trade_risk).toMatchObject({ requireStop: false });
  expect(sizing.kelly.enabled).toBe(false);
});

it("the same settings give the same hash, a changed limit another", () => {
  const hash = (...assignments: string[]) => configHash(tradedConfig(loadConfig({ assignments }), "live"));
  expect(hash(...looser)).toBe(hash());
  expect(hash("risk.adv.maxFraction=0.005")).not.toBe(hash());
});
