/**
 * Goal    SF-3, SF-4: who was stopped leaves no trace, and a record says who it was. Method: speakers that do as they
 *         are told, asked once in a run and once with its record.
 */
import { expect, it } from "vitest";
import type { BarBatch } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { RecordedFaults } from "./recorded-faults.ts";
import { StrategyTurns } from "./strategy-fault.ts";

const AT = 1_000 as EpochMicros;
const LATER = 2_000 as EpochMicros;
const batch = { at: AT } as BarBatch;

class Told {
  readonly id = "told";
  readonly feature = {};
  readonly isGuarded: boolean;
  readonly does: () => void;
  memory = 7;
  #kept = Number.NaN;
  readonly asked: (boolean | "renewed")[] = [];

  constructor(isGuarded: boolean, does: () => void = () => undefined) {
    this.isGuarded = isGuarded;
    this.does = does;
  }
  decide(_: BarBatch, isRepeated: boolean): void {
    this.asked.push(isRepeated);
    this.memory += 1;
    this.does();
  }
  keep(): void {
    this.#kept = this.memory;
  }
  giveBack(): void {
    this.memory = this.#kept;
  }
  renew(): void {
    this.asked.push("renewed");
  }
  save(): Readonly<Record<string, readonly number[]>> {
    return { memory: [this.memory] };
  }
}

const fault = { strategy: 0, reason: "RangeError: did not return within 1000 ms" };
const recordOf = (faults: readonly unknown[], isPast = false) =>
  new RecordedFaults(
    [JSON.stringify({ at: AT, intents: [], signals: [], ...(faults.length === 0 ? {} : { faults }) })],
    isPast,
  );
const throws = () => {
  throw new TypeError("nothing is there");
};

function turn(speaker: Told, record?: RecordedFaults, at = AT): StrategyTurns {
  const turns = new StrategyTurns([speaker], true);
  if (record !== undefined) turns.follow(record);
  turns.startStep(at);
  turns.take(0, batch);
  return turns;
}

it("remembers nothing of the decision that it threw in", () => {
  const speaker = new Told(true, throws);
  expect(turn(speaker).silent).toEqual([0]);
  expect(speaker.memory).toBe(7);
});

it("is not asked where the record has it stopped: the decision may never return", () => {
  const speaker = new Told(true);
  const turns = turn(speaker, recordOf([fault]));
  expect([speaker.asked, speaker.memory, turns.silent, turns.faults]).toEqual([[], 7, [0], [fault]]);
});

it("is asked where it is one of ours, which may have wished before it threw, and falls silent by the record", () => {
  for (const does of [throws, () => undefined]) {
    const speaker = new Told(false, does);
    const turns = turn(speaker, recordOf([fault]));
    expect([speaker.asked, speaker.memory, turns.silent, turns.faults]).toEqual([[true], 7, [0], [fault]]);
  }
});

it("is asked without a limit where the record has it answer, and with one where there is none", () => {
  const cases: readonly (readonly [RecordedFaults | undefined, EpochMicros, boolean])[] = [
    [recordOf([]), AT, true],
    [recordOf([{ strategy: 1, reason: "another" }]), AT, true],
    [recordOf([]), LATER, false],
    [recordOf([], true), LATER, true],
    [new RecordedFaults([], false), AT, false],
    [undefined, AT, false],
  ];
  for (const [record, at, isRepeated] of cases) {
    const speaker = new Told(true);
    expect(turn(speaker, record, at).silent).toEqual([]);
    expect([speaker.asked, speaker.memory]).toEqual([[isRepeated], 8]);
  }
});

it("shows what it throws in a replay alone: the record had no such thing", () => {
  expect(turn(new Told(true, throws), recordOf([])).faults).toMatchObject([
    { strategy: 0, reason: "TypeError: nothing is there" },
  ]);
});

it("begins anew when it is enabled after it threw, and stays as it is otherwise", () => {
  const speaker = new Told(true, throws);
  const turns = turn(speaker);
  turns.enable(0);
  turns.enable(0);
  expect([speaker.asked, turns.silent]).toEqual([[false, "renewed"], []]);
});
