/** The engine's journal port over journal.db: text in, and the flush when the pump asks for it. */
import type { RunJournal } from "../adapters/run-journal.ts";
import type { EngineEvent } from "../domain/events.ts";
import type { Sequence } from "../domain/time.ts";
import { commandText, eventText } from "../engine/event-text.ts";
import type { Command, Journal } from "../engine/ports.ts";

export class JournalWriter implements Journal {
  readonly #store: RunJournal;

  constructor(store: RunJournal) {
    this.#store = store;
  }

  event(event: EngineEvent, sequence: Sequence): void {
    this.#store.append(sequence, "event", eventText(event));
  }

  command(command: Command, sequence: Sequence): void {
    this.#store.append(sequence, "command", commandText(command));
  }

  commit(): void {
    this.#store.commit();
  }
}
