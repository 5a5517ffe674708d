/**
 * Goal    an operator's override makes a limit stricter at once, never looser than it is configured, and ends by itself
 *         at its time or with the session; a replay has the same limits at the same instants (ADMIN-1, C-57).
 * Method  the execute stage with one rule and one breaker, event by event; and once more from the events' text.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { LimitOverridden } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { usd } from "../domain/money.ts";
import { OrderStatus } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { OrderField } from "../execution/order-table.ts";
import { dayBaseLoss } from "../risk/breakers/day-loss.ts";
import { orderSize } from "../risk/rules/order-size.ts";
import { eventText, parseEvent } from "./event-text.ts";
import { ExecuteStage } from "./execute.ts";

const sessions = testSessions(2, 390);
const open = sessions.open[0]!;
const table = instrumentTable(["A"]);
const timeOf = (seconds: number) => Math.round(open + seconds * 1e6) as EpochMicros;
const SHARES = "risk.order_size.maxShares";
const LOSS = "breakers.day_base_loss.maxFraction";

class Desk {
  readonly execute = new ExecuteStage(
    {
      strategies: 1,
      instruments: 1,
      startingCash: usd(100_000),
      sessions,
      rules: [orderSize.configure({ maxShares: 1000, maxNotionalUsd: 1e6 })],
      breakers: [dayBaseLoss.configure({ maxFraction: 0.03 })],
      execution: executionParams.parse({}),
      ensemble: ensembleParams.parse({}),
    },
    () => undefined,
  );

  constructor() {
    this.bar(60);
    this.bar(120);
  }

  bar(seconds: number): void {
    const at = timeOf(seconds);
    const columns = columnsOf("1m", 1, bars(0, "100/100/100/100", [at]));
    this.execute.bars({ at, from: 0, to: 1, columns });
  }

  override(seconds: number, value: number, forSeconds: number, parts: Partial<LimitOverridden> = {}): void {
    const until = timeOf(seconds + forSeconds);
    const what = { kind: "LimitOverridden", key: SHARES, stricter: "less", at: timeOf(seconds) } as const;
    this.execute.control({ ...what, value, until, ...parts });
  }

  time(seconds: number): void {
    this.execute.control({ kind: "TimePassed", at: timeOf(seconds) });
  }

  /** The limit by which an entry of so many shares is refused; undefined where it is let through. */
  refused(size: number, seconds: number): number | undefined {
    const { orders } = this.execute;
    const number = orders.next;
    const what = { kind: "Enter", at: timeOf(seconds), strategy: 0, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now", reference: 100 } as const;
    const sized = { instrument: 0 as InstrumentId, shares: size, stop: Number.NaN };
    this.execute.decide([{ ...what, ...terms, ...sized }]);
    this.execute.commands.length = 0;
    const isDenied = orders.get(number, OrderField.status) === OrderStatus.Denied;
    if (!isDenied) this.execute.broker({ kind: "OrderCanceled", at: timeOf(seconds), order: number });
    return isDenied ? orders.get(number, OrderField.ruleLimit) : undefined;
  }

  get maxShares(): unknown {
    return this.execute.gate.rules[0]?.params?.maxShares;
  }
}

describe("an override", () => {
  it("binds from the next order on, with its own figure in the verdict, and ends at its time", () => {
    const desk = new Desk();
    expect(desk.refused(500, 121)).toBeUndefined();
    desk.override(130, 100, 60);
    expect(desk.refused(500, 131)).toBe(100);
    expect(desk.refused(90, 132)).toBeUndefined();
    desk.time(189);
    expect(desk.refused(500, 189)).toBe(100);
    desk.time(190);
    expect(desk.execute.overrides.list).toEqual([]);
    expect(desk.refused(500, 191)).toBeUndefined();
    expect(desk.refused(1001, 192)).toBe(1000);
  });

  it("of one limit leaves the rule's other limits as they are", () => {
    const desk = new Desk();
    desk.override(130, 50_000, 600, { key: "risk.order_size.maxNotionalUsd" });
    desk.override(131, 100, 10);
    desk.time(200);
    expect(desk.execute.gate.rules[0]?.params).toEqual({ maxShares: 1000, maxNotionalUsd: 50_000 });
  });

  it("is forgotten once another is as strict and lasts as long, so that asking often piles up nothing", () => {
    const desk = new Desk();
    const held = () => desk.execute.overrides.list.map(({ value }) => value);
    for (let k = 0; k < 1000; k++) desk.override(130 + k / 1000, 100, 600);
    expect(held()).toEqual([100]);
    desk.override(140, 50, 60);
    desk.override(141, 80, 30);
    expect(held()).toEqual([100, 50]);
    desk.override(142, 40, 900);
    expect(held()).toEqual([40]);
    desk.override(143, 50_000, 600, { key: "risk.order_size.maxNotionalUsd" });
    expect(held()).toEqual([40, 50_000]);
  });

  it("ends with the session, however long it was asked for", () => {
    const desk = new Desk();
    desk.override(130, 100, 86_000);
    expect(desk.execute.overrides.list.map(({ until }) => until)).toEqual([sessions.close[0]]);
    desk.execute.control({ kind: "TimePassed", at: sessions.close[0] as EpochMicros });
    expect(desk.maxShares).toBe(1000);
  });

  it("never loosens, whatever the event says: neither the configured limit nor a stricter override", () => {
    const desk = new Desk();
    desk.override(130, 5000, 600);
    expect(desk.maxShares).toBe(1000);
    desk.override(131, 100, 60);
    desk.override(132, 400, 600);
    expect(desk.maxShares).toBe(100);
    desk.time(200);
    expect(desk.maxShares).toBe(400);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) desk.override(201, value, 60);
    expect(desk.maxShares).toBe(400);
  });

  it("of a breaker's limit acts at the next valuation, though all was calm under the old one", () => {
    const desk = new Desk();
    const { execute } = desk;
    execute.cashMoved({ kind: "CashMoved", at: timeOf(121), dollars: 1000, reason: "deposit" });
    desk.bar(180);
    expect(execute.authorities.permission.level).toBe("NORMAL");
    const look = (loss: number) => desk.override(181, loss, 600, { key: LOSS });
    look(0.02);
    desk.bar(240);
    expect(execute.authorities.permission.level).toBe("NORMAL");
    // A loss of nothing reaches a limit of next to nothing.
    desk.override(241, 1e-18, 600, { key: LOSS });
    desk.bar(300);
    expect(execute.authorities.permission.level).toBe("HALTED");
    expect(execute.authorities.permission.claims[0]?.source).toBe("day_base_loss");
  });

  it("of what is no limit of the run is refused by name, and nothing changes", () => {
    const desk = new Desk();
    for (const key of ["risk.order_size.maxShare", "risk.spread.maxFraction", "sizing.positionPct", "x", ""])
      expect(() => desk.override(130, 1, 60, { key })).toThrow(`override: ${key} is no limit`);
    expect(desk.execute.overrides.list).toEqual([]);
  });

  it("is the same after a replay of its text, at every instant", () => {
    const steps = fc.record({
      value: fc.integer({ min: 1, max: 2000 }),
      forSeconds: fc.integer({ min: 1, max: 300 }),
      waits: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 8 }), (given) => {
        const [first, again] = [new Desk(), new Desk()];
        let seconds = 130;
        const live: number[] = [];
        for (const { value, forSeconds, waits } of given) {
          const at = timeOf(seconds);
          const what = { kind: "LimitOverridden", at, key: SHARES, value, stricter: "less" } as const;
          const event = { ...what, until: timeOf(seconds + forSeconds) };
          first.execute.control(event);
          const heard = parseEvent(eventText(event), table);
          if (heard.kind === "LimitOverridden") again.execute.control(heard);
          seconds += waits;
          live.push(seconds + forSeconds);
          for (const desk of [first, again]) desk.time(seconds);
          expect(first.maxShares).toBe(again.maxShares);
          expect(first.maxShares).toBeLessThanOrEqual(1000);
        }
        expect(first.execute.overrides.list).toEqual(again.execute.overrides.list);
        first.time(Math.max(...live) + 300);
        expect(first.maxShares).toBe(1000);
      }),
    );
  });
});
