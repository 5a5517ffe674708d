/**
 * Feeds the journal's inputs through an execute stage of its own and shows them to a projection: the one way in which
 * the ledger grows, whether it follows a running system or is rebuilt (LEDGER-1).
 */
import type { JournalEntry } from "../../adapters/journal/journal-terms.ts";
import type { LedgerSink } from "../../adapters/ledger/ledger-rows.ts";
import { empty } from "../../domain/small-list.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { parseExecuteInput } from "../../engine/stage-text.ts";
import { textOf } from "./frames.ts";
import type { LedgerTerms } from "./ledger-names.ts";
import { LedgerProjection } from "./ledger-projection.ts";

/** Inputs of one batch at most: what is not written yet is held in memory. */
const BATCH = 2000;

export class LedgerReplay {
  readonly #execute: LiveExecute;
  readonly #terms: LedgerTerms;
  readonly #projection: LedgerProjection;
  #next = 0;

  constructor(execute: LiveExecute, terms: LedgerTerms, sink: LedgerSink) {
    this.#execute = execute;
    this.#terms = terms;
    this.#projection = new LedgerProjection(terms, sink);
    execute.stage.gate.told = (order, asked) => this.#projection.asked(order, asked);
  }

  /** Sequence of the first entry that it has not seen. */
  get next(): number {
    return this.#next;
  }

  get applied(): number {
    return this.#projection.applied;
  }

  /** Takes over entries in their order and writes what they changed. Returns how many inputs were among them. */
  take(entries: Iterable<JournalEntry>): number {
    let inputs = 0;
    for (const { sequence, part, payload } of entries) {
      this.#next = sequence + 1;
      if (part !== "input") continue;
      inputs += 1;
      const text = typeof payload === "string" ? payload : textOf(payload);
      const input = parseExecuteInput(text, this.#terms.instruments);
      this.#execute.step(input);
      this.#projection.observe(this.#execute, input, sequence);
      const { requests, feedback, brokerEvents, commands, notes } = this.#execute.output;
      for (const list of [requests, feedback, brokerEvents, commands, notes]) empty(list);
      if (this.#projection.unapplied >= BATCH) this.#projection.flush();
    }
    if (inputs > 0) this.#projection.flush();
    return inputs;
  }
}
