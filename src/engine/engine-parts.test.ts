/** Goal: the engine's small parts keep their one promise each. Method: examples, and models where order matters. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, testSessions } from "../../test/bar-text.ts";
import { ordinary } from "../../test/risk-case.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { instrumentTable } from "../domain/instrument.ts";
import type { FillId, OrderNumber } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { worldOf } from "../features/batch.ts";
import type { Feature, FeatureState } from "../features/feature.ts";
import type { RiskGate } from "../risk/gate.ts";
import { BlockTally } from "./block-tally.ts";
import { FeatureBank } from "./feature-bank.ts";
import { SeenFills } from "./seen-fills.ts";
import { SessionClock } from "./session-clock.ts";
import { SignalField, SignalKind, SignalTable, sentence } from "./signal-table.ts";

describe("SessionClock", () => {
  const table = testSessions(3, 10);

  it("an instant belongs to the session it falls in or comes before; the open itself is not inside", () => {
    const clock = new SessionClock(table);
    const told = (at: number) => [
      clock.advance(at as EpochMicros),
      clock.date - table.date[0]!,
      clock.inSession,
    ];
    expect(told(table.open[0]! - 1)).toEqual([true, 0, false]);
    expect(told(table.open[0]!)).toEqual([false, 0, false]);
    expect(told(barClose(table, 0, 0))).toEqual([false, 0, true]);
    expect(told(table.close[0]!)).toEqual([false, 0, true]);
    expect(told(table.close[0]! + 1)).toEqual([true, 1, false]);
    expect(told(table.close[2]!)).toEqual([true, 2, true]);
    expect(told(table.close[2]! + 1)).toEqual([false, 2, false]);
  });

  it("agrees with a search from scratch, whatever it skips", () => {
    const many = testSessions(30, 10);
    const steps = fc.array(fc.integer({ min: 0, max: 3 * 86_400_000_000 }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(steps, (moves) => {
        const clock = new SessionClock(many);
        let at = many.open[0]! - 1;
        let before = Number.NaN;
        for (const move of moves) {
          at += move;
          const changed = clock.advance(at as EpochMicros);
          const index = many.close.findIndex((close) => close >= at);
          if (index < 0) return;
          expect(clock.date).toBe(many.date[index]);
          expect(clock.open).toBe(many.open[index]);
          expect(clock.close).toBe(many.close[index]);
          expect(clock.inSession).toBe(at > many.open[index]!);
          expect(changed).toBe(clock.date !== before);
          before = clock.date;
        }
      }),
      { seed: 9 },
    );
  });
});

it("EX-4: SeenFills answers as a set of pairs does, for numbers and texts", () => {
  const id = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom("a", "b", "0"));
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), id), { maxLength: 40 });
  fc.assert(
    fc.property(pairs, (told) => {
      const seen = new SeenFills();
      const model = new Set<string>();
      for (const [order, fill] of told) {
        const key = `${order}:${typeof fill}:${fill}`;
        expect(seen.add(order as OrderNumber, fill as FillId)).toBe(!model.has(key));
        model.add(key);
      }
    }),
    { seed: 10 },
  );
});

it("BlockTally counts refusals and trims apart, in order of first appearance, and names who barred", () => {
  const tally = new BlockTally();
  const rule = (id: string) => ({ binding: { id } }) as unknown as RiskGate;
  const barred = { barredBy: { source: "rapid_loss" } } as unknown as RiskGate;
  const wants = (shares: number) => ({ ...ordinary, shares, limit: Number.NaN, reference: 10 });
  tally.record(wants(10), 0, rule("second"), undefined);
  tally.record(wants(10), 7, rule("first"), undefined);
  tally.record(wants(5), 0, rule("second"), undefined);
  tally.record(wants(10), 10, {} as unknown as RiskGate, undefined);
  tally.record(wants(2), 0, barred, undefined);
  const nothing = { saved: 0, cost: 0, followed: 0 };
  expect(tally.list()).toEqual([
    { rule: "second", count: 2, shrunk: 0, notional: 150, ...nothing },
    { rule: "first", count: 0, shrunk: 1, notional: 30, ...nothing },
    { rule: "permission:rapid_loss", count: 1, shrunk: 0, notional: 20, ...nothing },
  ]);
});

describe("SignalTable", () => {
  const add = (table: SignalTable, numbers: readonly number[], reason = 0) =>
    table.add({
      at: 5 as EpochMicros,
      strategy: 1,
      instrument: 2 as InstrumentId,
      kind: SignalKind.Enter,
      conviction: 0.5,
      stop: 90,
      target: 110,
      timeStopBars: 7,
      reason,
      numbers,
    });

  it("keeps what was wanted, four numbers at most, NaN for the others", () => {
    const table = new SignalTable();
    expect(add(table, [1, 2, 3, 4, 5])).toBe(0);
    expect(add(table, [9])).toBe(1);
    expect([...table.row(0)]).toEqual([5, 1, 2, 0, 0.5, 90, 110, 7, 0, 1, 2, 3, 4]);
    expect([...table.row(1)].slice(-4)).toEqual([9, Number.NaN, Number.NaN, Number.NaN]);
    expect(table.get(1, SignalField.timeStopBars)).toBe(7);
  });

  it("fills the holes of its sentence, and leaves none for what it does not know", () => {
    const table = new SignalTable();
    add(table, [20.123456, 3, 0.00012]);
    add(table, [], -1);
    add(table, [99.5], -2);
    add(table, [1], 7);
    const reasons = [["why", "at {0} after {1}, {2} of {3}"]] as const;
    expect(sentence(table, 0, reasons)).toBe("at 20.12 after 3, 0.0001 of no data");
    expect(sentence(table, 1, reasons)).toBe("held no data bars, the time stop");
    expect(sentence(table, 2, reasons)).toBe("stop moved to 99.50");
    expect(sentence(table, 3, reasons)).toBe("");
  });

  it("shows more of two numbers that would read alike", () => {
    const table = new SignalTable();
    add(table, [182.5512, 182.5497]);
    add(table, [182.55, 182.55]);
    const reasons = [["why", "{0} above {1}"]] as const;
    expect(sentence(table, 0, reasons)).toBe("182.5512 above 182.5497");
    expect(sentence(table, 1, reasons)).toBe("182.55 above 182.55");
  });
});

describe("FeatureBank", () => {
  let started = 0;
  const feature = (key: string, warmup: number): Feature => ({
    key,
    name: key,
    family: "price",
    inputs: ["close"],
    params: {},
    outputs: [key],
    units: ["ratio"],
    warmup,
    reference: "test",
    start({ instruments }): FeatureState {
      started += 1;
      const value = new Float64Array(instruments);
      return {
        outputs: [value],
        update: () => void value.fill(value[0]! + 1),
        save: () => ({ value: [...value] }),
        load: ({ value: saved = [] }) => void value.set(saved),
      };
    },
  });

  it("starts a feature once, whoever asks for it, and knows the longest warm-up", () => {
    started = 0;
    const bank = new FeatureBank(worldOf({ instruments: instrumentTable(["A", "B"]) }));
    expect(bank.warmup("1d")).toBe(0);
    const column = bank.column({ feature: feature("a", 5), output: 0 });
    expect(bank.column({ feature: feature("a", 5), output: 0 })).toBe(column);
    bank.column({ feature: feature("b", 9), output: 0 });
    expect(started).toBe(2);
    expect(bank.warmup("1d")).toBe(9);
    expect(bank.features.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(() => bank.column({ feature: feature("a", 5), output: 1 })).toThrow("feature a has no output 1");
  });

  it("goes on from a snapshot, and refuses one without a feature it runs", () => {
    const bank = new FeatureBank(worldOf({ instruments: instrumentTable(["A"]) }));
    const column = bank.column({ feature: feature("a", 1), output: 0 });
    bank.update({} as never);
    const saved = bank.save();
    bank.update({} as never);
    expect(column[0]).toBe(2);
    bank.load(saved);
    expect(column[0]).toBe(1);
    expect(() => bank.load({})).toThrow("no snapshot for feature a");
  });
});
