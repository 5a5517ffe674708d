/**
 * Goal    no overlay and no setting of the demo takes a limit past its bound; the defaults pass.
 * Method  every bound, one step to either side, given on the command line and in the demo's own settings.
 */
import { describe, expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { loadConfig } from "./config.ts";
import { demoConfig } from "./demo.ts";

const start = (...assignments: string[]) => demoConfig(loadConfig({ assignments }));

describe("limits of what trades", () => {
  it("the defaults are within their bounds, in either profile", () => {
    expect(() => start()).not.toThrow();
    expect(() => start("profile=strict")).not.toThrow();
  });

  it.each(
    table(`
      limit                          at      looser
      stale_data.maxAgeSeconds       90      90.1
      trades_per_day.limit           100     101
      throttle.perMinute             120     121
      max_positions.limit            30      31
      max_positions.reducedLimit     10      11
      order_size.maxShares           10000   10001
      price_collar.maxFraction       0.005   0.0051
      price_collar.widestFraction    0.05    0.051
      price_collar.closeAgeSeconds   90      91
      spread.maxFraction             0.0005  0.00051
      per_trade_risk.maxFraction     0.02    0.021
      position_size.maxFraction      0.05    0.051
      adv.maxFraction                0.01    0.011
      shorts_share.maxFraction       0.5     0.51
      intraday_gross.maxFraction     0.5     0.51
      open_risk.maxFraction          0.03    0.031
      buying_power.maxFraction       0.9     0.91
      gross_exposure.maxFraction     1       1.01
      gross_exposure.reducedFraction  0.5    0.51
      duplicate.windowSeconds        30      29
      duplicate.alikeSeconds         30      29
      restricted.minPrice            5       4.99
      cooldown.bars                  5       4
    `),
  )("risk.$limit at $at, not at $looser", ({ limit, at, looser }) => {
    expect(() => start(`risk.${limit}=${at}`)).not.toThrow();
    const name = `risk.${limit} = `;
    expect(() => start(`risk.${limit}=${looser}`)).toThrow(name);
    expect(() => start(`demo.settings=["risk.${limit}=${looser}"]`)).toThrow(name);
  });

  it("one line tells the key, the value, the bound and where it does not hold", () => {
    expect(() => start("risk.max_positions.limit=500")).toThrow(
      /^config: risk\.max_positions\.limit = 500: must be at most 30 where orders are traded \(C-25\); only a backtest/,
    );
    // A backtest reads the same configuration.
    expect(() => loadConfig({ assignments: ["risk.max_positions.limit=500"] })).not.toThrow();
  });
});
