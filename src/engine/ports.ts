/**
 * What the engine needs from the world, in the engine's words. Modes differ in who stands behind these
 * ports and in nothing else (RUN-1).
 */
import type { ReducingCommand } from "../domain/commands.ts";
import type { EngineEvent } from "../domain/events.ts";
import type { Sequence } from "../domain/time.ts";
import type { ApprovedOrder } from "../risk/gate.ts";

export interface PlaceOrder {
  readonly kind: "PlaceOrder";
  readonly order: ApprovedOrder;
}

export type Command = PlaceOrder | ReducingCommand;

/** Where orders go. Answers come back as broker events through the event source, never as a return value. */
export interface Venue {
  send(command: Command): void;
}

/** The one ordered stream of everything that happens. Undefined ends the run. */
export interface EventSource {
  next(): EngineEvent | undefined;
}

/** Facts before effects: events before they are acted on, commands before they leave (EN-2, EN-3). */
export interface Journal {
  event(event: EngineEvent, sequence: Sequence): void;
  command(command: Command, sequence: Sequence): void;
  /** Everything appended so far survives a power cut once this returns. */
  commit(): void;
}
