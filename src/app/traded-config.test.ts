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

describe("the demo's ensemble", () => {
  const traded = (...assignments: string[]) =>
    Object.entries(tradedConfig(loadConfig({ assignments }), "demo").strategies).filter(
      ([, { enabled }]) => enabled,
    );

  it("is the thirteen strategies, in the proportions of the eight that have a share, whatever else is enabled", () => {
    const shares = new Map(traded().map(([id, { allocation }]) => [id, allocation]));
    expect(shares.size).toBe(13);
    const given = {
      mean_reversion: 30,
      relative_volume_breakout: 25,
      gap_fill: 10,
      vol_managed_momentum: 10,
    };
    const more = { vix_regime_rotation: 10, pairs_trading: 5, quality_smallcap_value: 5, factor_momentum: 5 };
    for (const [id, share] of Object.entries({ ...given, ...more }))
      expect(shares.get(id)! / shares.get("mean_reversion")!).toBeCloseTo(share / 30, 9);
    expect([...shares.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(new Map(traded("strategies.mean_reversion.maxPositions=7")).get("mean_reversion")).toMatchObject({
      ...{ allocation: 0.24, maxPositions: 7 },
    });
  });

  it("gives way to what strategies enables where it is switched off, and must sum to 1", () => {
    const own = loadConfig().strategies;
    const enabled = Object.keys(own).filter((id) => own[id]?.enabled);
    expect(traded("demo.ensemble=false").map(([id]) => id)).toEqual(enabled);
    expect(() => loadConfig({ assignments: ["demo.shares.gap_fill=0.5"] })).toThrow(
      /^config: demo\.shares = .*gap_fill 0\.5.*: must sum to 1, got 1\.4/,
    );
    expect(() => loadConfig({ assignments: ["demo.shares.moon=0.5"] })).toThrow(
      "unknown key moon at demo.shares",
    );
    expect(() =>
      tradedConfig(loadConfig({ assignments: ["strategies.swing_trend_following.timeframe=1d"] }), "demo"),
    ).not.toThrow();
  });
});

it("the same settings give the same hash, a changed limit another", () => {
  const hash = (...assignments: string[]) => configHash(tradedConfig(loadConfig({ assignments }), "live"));
  expect(hash(...looser)).toBe(hash());
  expect(hash("risk.adv.maxFraction=0.005")).not.toBe(hash());
});
