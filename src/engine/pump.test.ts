/**
 * Goal    facts reach the journal before their effects leave, and nothing leaves undurable.
 * Method  ports that write down who was called.
 */
import { expect, it } from "vitest";
import type { EngineEvent } from "../domain/events.ts";
import type { OrderNumber } from "../domain/order.ts";
import type { EpochMicros, Sequence } from "../domain/time.ts";
import type { Command } from "./ports.ts";
import { type Engine, pump, pumpOnce } from "./pump.ts";

const accepted = (order: number): EngineEvent => ({
  kind: "OrderAccepted",
  at: order as EpochMicros,
  order: order as OrderNumber,
});
const cancel = (order: number): Command => ({ kind: "CancelOrder", order: order as OrderNumber });

/** An engine that answers event n with the commands given for it. */
function bench(answers: readonly (readonly Command[])[]) {
  const calls: string[] = [];
  const events = answers.map((_, n) => accepted(n));
  const commands: Command[] = [];
  const orderOf = (command: Command) =>
    command.kind === "PlaceOrder" ? command.order.number : command.order;
  const engine: Engine = {
    commands,
    step(event) {
      calls.push(`step ${event.kind === "OrderAccepted" ? event.order : event.kind}`);
      commands.push(...(answers[event.kind === "OrderAccepted" ? event.order : 0] ?? []));
    },
  };
  return {
    calls,
    engine,
    source: { next: () => events.shift() },
    journal: {
      event: (_: EngineEvent, sequence: Sequence) => void calls.push(`journal event ${sequence}`),
      command: (command: Command, sequence: Sequence) =>
        void calls.push(`journal command ${orderOf(command)} at ${sequence}`),
      commit: () => void calls.push("commit"),
    },
    venue: { send: (command: Command) => void calls.push(`send ${orderOf(command)}`) },
  };
}

it("EN-2, EN-3: event, step, every command, one commit, then the commands leave in order", () => {
  const { calls, engine, source, journal, venue } = bench([[], [cancel(7), cancel(8)], [cancel(9)]]);
  expect(pump(source, engine, journal, venue)).toBe(3);
  expect(calls).toEqual([
    "journal event 0",
    "step 0",
    "journal event 1",
    "step 1",
    "journal command 7 at 1",
    "journal command 8 at 1",
    "commit",
    "send 7",
    "send 8",
    "journal event 2",
    "step 2",
    "journal command 9 at 2",
    "commit",
    "send 9",
  ]);
  expect(engine.commands).toEqual([]);
});

it("EN-3: when the journal cannot commit, nothing leaves", () => {
  const { calls, engine, source, journal, venue } = bench([[cancel(7)]]);
  const full = {
    ...journal,
    commit: () => {
      throw new Error("disk full");
    },
  };
  expect(() => pumpOnce(source, engine, full, venue, 0 as Sequence)).toThrow("disk full");
  expect(calls.filter((call) => call.startsWith("send"))).toEqual([]);
});

it("an exhausted source ends the run without a journal entry", () => {
  const { calls, engine, source, journal, venue } = bench([]);
  expect(pumpOnce(source, engine, journal, venue, 0 as Sequence)).toBe(false);
  expect(calls).toEqual([]);
});
