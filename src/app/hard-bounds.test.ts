/**
 * Goal    no overlay and no setting of the demo takes a limit past its bound; the defaults pass.
 * Method  every bound, one step to either side, given on the command line and in the demo's own settings.
 */
import { describe, expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { loadConfig } from "./config.ts";

import { limits } from "./limit-table.ts";
import { tradedConfig } from "./traded-config.ts";

const start = (...assignments: string[]) => tradedConfig(loadConfig({ assignments }), "demo");

describe("limits of what trades", () => {
  it("the defaults are within their bounds, in either profile", () => {
    expect(() => start()).not.toThrow();
    expect(() => start("profile=strict")).not.toThrow();
  });

  const bounded = table(`
    limit                                        at      looser
    risk.session.toxicMinutes                    5       4.9
    risk.stale_data.maxAgeSeconds                90      90.1
    risk.duplicate.windowSeconds                 30      29
    risk.duplicate.alikeSeconds                  30      29
    risk.duplicate.alikeFraction                 0.01    0.009
    risk.daily_drawdown.maxFraction              0.02    0.021
    risk.trades_per_day.limit                    100     101
    risk.throttle.perSecond                      5       6
    risk.throttle.perMinute                      120     121
    risk.restricted.minPrice                     5       4.99
    risk.cooldown.bars                           5       4
    risk.max_positions.limit                     30      31
    risk.max_positions.reducedLimit              10      11
    risk.max_positions.reducedScalar             0.7     0.69
    risk.order_size.maxShares                    10000   10001
    risk.order_size.maxNotionalUsd               30000   30001
    risk.price_collar.maxFraction                0.005   0.0051
    risk.price_collar.spreads                    5       5.1
    risk.price_collar.widestFraction             0.05    0.051
    risk.price_collar.quoteAgeSeconds            2       2.1
    risk.price_collar.closeAgeSeconds            90      91
    risk.spread.maxFraction                      0.0005  0.00051
    risk.spread.maxAgeSeconds                    2       2.1
    risk.per_trade_risk.maxFraction              0.02    0.021
    risk.per_trade_risk.costBps                  5       4.9
    risk.position_size.maxFraction               0.05    0.051
    risk.adv.maxFraction                         0.01    0.011
    risk.shorts_share.maxFraction                0.5     0.51
    risk.intraday_gross.maxFraction              0.5     0.51
    risk.open_risk.maxFraction                   0.03    0.031
    risk.open_risk.assumedFraction               0.02    0.019
    risk.buying_power.maxFraction                0.9     0.91
    risk.buying_power.multiple                   2       2.1
    risk.gross_exposure.maxFraction              1       1.01
    risk.gross_exposure.reducedFraction          0.5     0.51
    risk.gross_exposure.reducedScalar            0.7     0.69
    risk.end_of_day.minutes                      5       4.9
    risk.end_of_day.windowMinutes                15      14.9
    risk.end_of_day.maxOvernightFraction         1       1.01
    breakers.rapid_loss.maxFraction              0.01    0.011
    breakers.rapid_loss.windowMinutes            15      14
    breakers.rapid_loss.pauseMinutes             30      29
    breakers.day_high_drawdown.maxFraction       0.02    0.021
    breakers.day_base_loss.maxFraction           0.03    0.031
    breakers.high_water_mark.maxFraction         0.15    0.151
    breakers.high_water_mark.recoveredFraction   0.1     0.101
    breakers.high_water_mark.scalar              0.5     0.51
    breakers.strategy_losses.losses              8       9
    breakers.strategy_losses.pauseHours          0.5     0.49
    breakers.strategy_losses.scratchBps          1       1.1
    breakers.account_losses.losses               20      21
    breakers.account_losses.scratchBps           1       1.1
    breakers.strategy_loss.maxFraction           0.05    0.051
    breakers.strategy_loss.disabledHours         24      23
    breakers.throttle_pause.pauseSeconds         60      59
    breakers.runaway.breaches                    10      11
    breakers.runaway.windowSeconds               60      59
    execution.shockExit.atrMultiple              3       3.1
    execution.shockExit.minutes                  3       2.9
  `);

  /** Two keys for one limit have to be set together. */
  const twins: Readonly<Record<string, string>> = {
    "risk.daily_drawdown.maxFraction": "breakers.day_high_drawdown.maxFraction",
    "risk.max_positions.reducedScalar": "risk.gross_exposure.reducedScalar",
  };
  const twinOf = (limit: string): readonly string[] =>
    Object.entries(twins).flatMap(([one, other]) => (one === limit ? [other] : other === limit ? [one] : []));
  const set = (limit: string, value: string): string[] =>
    [limit, ...twinOf(limit)].map((key) => `${key}=${value}`);

  it.each(bounded)("$limit at $at, not at $looser", ({ limit = "", at = "", looser = "" }) => {
    expect(() => start(...set(limit, at), "demo.settings=[]")).not.toThrow();
    const settings = JSON.stringify(set(limit, looser));
    // Two have the same bound in their schema, which is asked before.
    const named = [limit, ...twinOf(limit)].map((key) => key.replaceAll(".", "\\."));
    for (const refused of [
      () => start(...set(limit, looser), "demo.settings=[]"),
      () => start(`demo.settings=${settings}`),
    ])
      expect(refused).toThrow(new RegExp(`(${named.join("|")}) = ${looser}: must be at (most|least) ${at}`));
  });

  it("every bound there is was tried", () => {
    const all = Object.entries(limits).flatMap(([path, limit]) => ("unbounded" in limit ? [] : [path]));
    expect(bounded.map(({ limit }) => limit)).toEqual(all);
  });

  it("the dollars of an order grow with the capital: a position of its own size fits", () => {
    const rich = "account.capital=5000000";
    expect(() => start(rich, "risk.order_size.maxNotionalUsd=250000")).not.toThrow();
    expect(() => start(rich, "risk.order_size.maxNotionalUsd=250001")).toThrow("must be at most 250000");
  });

  it("one line tells the key, the value, the bound and where it does not hold", () => {
    expect(() => start("risk.max_positions.limit=500")).toThrow(
      /^config: risk\.max_positions\.limit = 500: must be at most 30 where orders are traded \(C-25\); only a backtest/,
    );
    // A backtest reads the same configuration.
    expect(() => loadConfig({ assignments: ["risk.max_positions.limit=500"] })).not.toThrow();
  });
});
