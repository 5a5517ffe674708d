/**
 * Goal: unusually bad news of a company ends its longs and bars new ones where a strategy is given the rule, and nothing
 * else changes anything (RES-3, WN-1, WN-2). Method: one run over random days, with readings put into it by hand.
 */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { type RunSetup, runEngine } from "../src/app/engine-run.ts";
import type { ReferenceTold } from "../src/domain/events.ts";
import { type OrderNumber, Purpose } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { SignalField, SignalKind, sentence } from "../src/engine/signal-table.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { digestFloats } from "../src/numerics/sha256.ts";
import { randomDaily } from "./daily-market.ts";

const ID = "reference_ema_cross";
const columns = randomDaily({ seed: 5, sessions: 400 });
const { closedAt } = columns;
const BAD_FROM = 200;
const BAD_UNTIL = 260;

/** Told at the close of every day; bad for the first instrument between the two. */
const readings = (bad: number | null): ReferenceTold[] =>
  Array.from(closedAt, (at, n) => ({
    ...{ kind: "ReferenceTold" as const, at: at as EpochMicros, table: "news", isWhole: true as const },
    rows: [
      { instrument: 0 as never, values: [1, 0, n >= BAD_FROM && n < BAD_UNTIL ? bad : 0, null] },
      { instrument: 1 as never, values: [1, 0, -1.9, null] },
    ],
  }));

function run(news: string, references: readonly ReferenceTold[]) {
  const config = loadConfig({
    assignments: [`strategies.${ID}.news=${news}`, `strategies.${ID}.params={fast: 2, slow: 5}`],
  });
  const setup: RunSetup = {
    config,
    strategyIds: [ID],
    columns,
    sessions: xnysSessions(),
    cash: 100_000,
    references,
  };
  const { loop, curve, allocated } = runEngine(setup);
  const { signals } = loop.compute;
  const { orders } = loop.execute;
  const entries = Array.from({ length: orders.length }, (_, n) => n as OrderNumber).filter(
    (n) => orders.get(n, OrderField.purpose) === Purpose.Entry && orders.instrument(n) === 0,
  );
  const rows = Array.from({ length: signals.length }, (_, n) => n);
  const said = rows
    .filter((row) => signals.get(row, SignalField.kind) === SignalKind.Exit)
    .map((row) => [row, sentence(signals, row, allocated[0]?.strategy.reasons ?? [])] as const)
    .filter(([, text]) => text.startsWith("news reads"));
  const isBad = (at: number) => at >= closedAt[BAD_FROM]! && at < closedAt[BAD_UNTIL]!;
  return {
    digest: digestFloats(curve.equity),
    entered: entries.filter((n) => isBad(orders.get(n, OrderField.decidedAt))).length,
    wished: rows.filter(
      (row) =>
        signals.get(row, SignalField.kind) === SignalKind.Enter &&
        signals.get(row, SignalField.instrument) === 0 &&
        isBad(signals.get(row, SignalField.at)),
    ).length,
    left: said.map(([row, text]) => [
      signals.get(row, SignalField.at),
      signals.get(row, SignalField.instrument),
      text,
    ]),
    barred: loop.compute.unsized.get("news") ?? 0,
  };
}

describe("news", () => {
  const off = run("off", readings(-3));

  it("is off unless it is asked for", () => {
    expect(off.digest).toBe(run("off", []).digest);
    expect([off.left, off.barred]).toEqual([[], 0]);
    expect(off.entered).toBeGreaterThan(0);
  });

  it("WN-2 bars new longs while it is bad, and keeps the wish", () => {
    const { entered, wished, barred, left } = run("block", readings(-3));
    expect([entered, left]).toEqual([0, []]);
    expect(wished).toBeGreaterThan(0);
    expect(barred).toBe(wished);
  });

  it("ends a long on the day it is bad, with its reason", () => {
    const { entered, left } = run("exit", readings(-3));
    expect(entered).toBe(0);
    const [first] = left;
    expect(first?.slice(1)).toEqual([0, "news reads unusually bad for it, z -3"]);
    expect(first?.[0]).toBeGreaterThanOrEqual(closedAt[BAD_FROM]!);
    expect(left.every(([, instrument]) => instrument === 0)).toBe(true);
  });

  it("that nobody tells any more is forgotten after the session after it, not obeyed for ever (RB-3)", () => {
    const silent = readings(-3).slice(0, BAD_FROM + 1);
    const { barred, left } = run("exit", silent);
    const whole = run("exit", readings(-3));
    expect([barred, whole.barred]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(barred).toBeLessThan(whole.barred);
    expect(left.every(([at]) => (at as number) <= closedAt[BAD_FROM + 1]!)).toBe(true);
    expect(run("exit", silent.slice(0, -1)).digest).toBe(off.digest);
  });

  it("WN-1 that is not known, or is not below -2, moves nothing", () => {
    for (const told of [[], readings(null), readings(-2), readings(3)])
      expect(run("exit", told).digest).toBe(off.digest);
  });
});

it("is one of three words", () => {
  expect(() => loadConfig({ assignments: [`strategies.${ID}.news=loud`] })).toThrow(
    /strategies.reference_ema_cross.news = "loud": must be one of/,
  );
});
