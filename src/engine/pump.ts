/**
 * The one loop. Backtest, demo, paper and live differ in who supplies the events and who receives the
 * commands, and in nothing else.
 *
 * EN-1  Same events, same commands, bit for bit.
 * EN-2  An event is journaled before the engine acts on it.
 * EN-3  A command is durable before it leaves.
 */
import type { EngineEvent } from "../domain/events.ts";
import { empty } from "../domain/small-list.ts";
import type { Sequence } from "../domain/time.ts";
import type { Command, EventSource, Journal, Venue } from "./ports.ts";

export interface Engine {
  /** Total and synchronous. Throws only InvariantError. */
  step(event: EngineEvent): void;
  /** Commands of the last step, in order; emptied by the pump. */
  readonly commands: Command[];
}

/** Handles one event; returns false when the source is exhausted. */
export function pumpOnce(
  source: EventSource,
  engine: Engine,
  journal: Journal,
  venue: Venue,
  sequence: Sequence,
): boolean {
  const event = source.next();
  if (event === undefined) return false;
  journal.event(event, sequence);
  engine.step(event);
  const { commands } = engine;
  if (commands.length === 0) return true;
  for (const command of commands) journal.command(command, sequence);
  journal.commit();
  for (const command of commands) venue.send(command);
  empty(commands);
  return true;
}

/** Runs until the source ends. Returns the number of events handled. */
export function pump(source: EventSource, engine: Engine, journal: Journal, venue: Venue): number {
  let sequence = 0;
  while (pumpOnce(source, engine, journal, venue, sequence as Sequence)) sequence += 1;
  return sequence;
}
