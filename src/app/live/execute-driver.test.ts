/**
 * Goal: compute never knows what execute could forget. Method: a session's inputs through the driver over a journal
 * that is durable when the test says so.
 */
import { describe, expect, it } from "vitest";
import { instruments, liveSession } from "../../../test/live-session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { parseExecuteInput } from "../../engine/stage-text.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { ExecuteDriver } from "./execute-driver.ts";
import { noKillPoints } from "./kill-points.ts";

const session = liveSession();
const inputs: readonly ExecuteInput[] = session.entries
  .filter(({ part }) => part === "input")
  .slice(0, 400)
  .map(({ payload }) => parseExecuteInput(String(payload), instruments));

class World {
  readonly told: number[] = [];
  readonly #waiting: { readonly ticket: number; readonly done: () => void }[] = [];
  #tickets = 0;
  #now: Instants = { at: 0 as EpochMicros, mono: 0 };
  readonly driver = new ExecuteDriver({
    run: "dtest",
    live: session.again(),
    now: () => this.#now,
    write: () => ++this.#tickets,
    whenWritten: (ticket, done) => this.#waiting.push({ ticket, done }),
    send: () => undefined,
    tell: (sequence) => this.told.push(sequence),
    journalWaitMs: 250,
    egressMicros: Number.POSITIVE_INFINITY,
    points: noKillPoints,
  });

  consume({ now, ...word }: ExecuteInput): void {
    this.#now = now;
    this.driver.consume(word);
  }

  durable(): void {
    for (const { done } of this.#waiting.splice(0)) done();
  }
}

describe("the driver of execute", () => {
  it("tells compute nothing before the inputs behind it are durable, then all of it in its order", () => {
    const world = new World();
    for (const input of inputs) world.consume(input);
    expect(world.told).toEqual([]);
    world.durable();
    expect(world.told.length).toBeGreaterThan(100);
    expect(world.told).toEqual(world.told.map((_, n) => n));
  });

  it("gives a compute that comes anew only what is durable", () => {
    const world = new World();
    const again: number[] = [];
    for (const input of inputs.slice(0, 200)) world.consume(input);
    world.durable();
    const known = world.told.length;
    for (const input of inputs.slice(200)) world.consume(input);
    world.driver.tellFrom(0, (sequence) => again.push(sequence));
    expect(known).toBeGreaterThan(0);
    expect(again).toEqual(world.told);
    expect(again).toHaveLength(known);
  });

  it("tells all when the journal has failed: strategies must hear of the account to leave", () => {
    const world = new World();
    for (const input of inputs.slice(0, 100)) world.consume(input);
    world.driver.journalFailed("no space");
    const known = world.told.length;
    expect(known).toBeGreaterThan(0);
    for (const input of inputs.slice(100, 200)) world.consume(input);
    expect(world.told.length).toBeGreaterThan(known);
    world.durable();
    expect(world.told).toEqual(world.told.map((_, n) => n));
  });

  it("tells nothing a second time after a replay", () => {
    const world = new World();
    for (const input of inputs) world.driver.replay(input);
    world.durable();
    expect(world.told).toEqual([]);
    const again: number[] = [];
    world.driver.tellFrom(0, (sequence) => again.push(sequence));
    expect(again.length).toBeGreaterThan(100);
  });
});
