/**
 * Goal    what a run gives its sizing is what the gate measures with: an entry sized by its risk passes untrimmed.
 * Method  a plain run of strategies sized by risk, where nothing but the risk of a trade bounds the size.
 */
import { expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { sizingConstraints } from "../domain/intent.ts";
import { type OrderNumber, Purpose } from "../domain/order.ts";
import { OrderField } from "../execution/order-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { rules } from "../risk/registry.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";

it.each([5, 25])(
  "sizing counts the same %s bps of costs as the rule: it trims no entry (C-15)",
  (costBps) => {
    const config = loadConfig({
      assignments: [
        `risk.per_trade_risk.costBps=${costBps}`,
        // Whatever else makes an entry smaller would leave the rule room.
        "sizing.kelly.enabled=false",
        "sizing.atr.floor=1",
        "ensemble.trailing.floor=1",
        "sizing.positionPct=0.5",
        "risk.position_size.maxFraction=0.5",
        "strategies.swing_trend_following.params={adxMinimum: 5}",
      ],
    });
    const { loop } = runEngine({
      config,
      strategyIds: ["swing_trend_following"],
      columns: randomDaily({ seed: 6, sessions: 500 }),
      sessions: xnysSessions(),
      cash: 50_000,
    });
    const { orders } = loop.execute;
    const all = Array.from({ length: orders.length }, (_, n) => n as OrderNumber);
    const entries = all.filter((order) => orders.purpose(order) === Purpose.Entry);
    const bound = entries.map((order) => sizingConstraints[orders.get(order, OrderField.sizing)]);
    const ruled = entries.map((order) => rules[orders.get(order, OrderField.rule)]?.id);
    expect(bound.filter((constraint) => constraint === "risk_per_trade").length).toBeGreaterThan(10);
    expect(ruled).not.toContain("per_trade_risk");
  },
);
