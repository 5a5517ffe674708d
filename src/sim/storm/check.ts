/** What every checker of the storm is: asked after each event the engine handled, before any command leaves. */
import type { EngineEvent } from "../../domain/events.ts";
import type { Command } from "../../engine/ports.ts";
import type { SingleLoop } from "../../engine/single-loop.ts";
import type { Book } from "./book.ts";
import type { StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

/** An invariant of RELIABILITY 2.1 did not hold. */
export class StormViolation extends Error {
  override readonly name = "StormViolation";
  readonly id: string;

  constructor(id: string, detail: string) {
    super(`${id}: ${detail}`);
    this.id = id;
  }
}

export interface Scene {
  readonly plan: StormPlan;
  readonly loop: SingleLoop;
  readonly book: Book;
  readonly reach: Reach;
  /** The clock on the wall. */
  now(): number;
}

export interface Check {
  /** The event is in the book, the commands not yet: called once per command, in order, just before it enters. */
  command?(command: Command): void;
  /** The event and its commands are in the book. */
  after(event: EngineEvent): void;
}

export function broken(id: string, detail: string): never {
  throw new StormViolation(id, detail);
}
