/** Reads the inputs of a run from execute's journal, in order and each once, also while another process writes it. */
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { parseExecuteInput } from "../../engine/stage-text.ts";

export interface FollowerTerms {
  /** Of the journal's file. */
  readonly path: string;
  readonly run: string;
  readonly instruments: InstrumentTable;
  readonly take: (input: ExecuteInput) => void;
}

export class JournalFollower {
  readonly #terms: FollowerTerms;
  #next = 0;
  #inputs = 0;

  constructor(terms: FollowerTerms) {
    this.#terms = terms;
  }

  /** Inputs that were taken. */
  get inputs(): number {
    return this.#inputs;
  }

  /** Takes what is in the file by now. Throws InputError (exit 1) when it cannot be read. */
  catchUp(): void {
    const { path, run, instruments, take } = this.#terms;
    const reader = new JournalReader(path);
    try {
      for (const { sequence, part, payload } of reader.entries(run, this.#next)) {
        this.#next = sequence + 1;
        if (part !== "input") continue;
        take(parseExecuteInput(String(payload), instruments));
        this.#inputs += 1;
      }
    } finally {
      reader.close();
    }
  }

  /** Follows until that is settled. Rejects as `catchUp` throws. */
  async followUntil(turn: Promise<void>, everyMs: number): Promise<void> {
    let isTurn = false;
    void turn.then(() => {
      isTurn = true;
    });
    while (!isTurn) {
      this.catchUp();
      const pause = Promise.withResolvers<void>();
      const timer = setTimeout(pause.resolve, everyMs);
      await Promise.race([turn, pause.promise]);
      clearTimeout(timer);
    }
  }
}
