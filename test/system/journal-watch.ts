/**
 * What a run's journals say, read on from where the last reading ended: which orders were meant, and which minutes each
 * stage heard. Read-only, beside the living processes.
 */
import { join } from "node:path";
import { JournalReader } from "../../src/adapters/journal/journal-reader.ts";

interface NoteText {
  readonly number: number;
  readonly clientId: string;
}

export class JournalWatch {
  readonly #root: string;
  readonly #run: string;
  #next = 0;
  /** Instant, exchange micros, at which an order was first written down, by its client id. */
  readonly intents = new Map<string, number>();
  /** Client ids of one order of the engine. */
  readonly idsOf = new Map<number, Set<string>>();
  /** Shares of one order of the engine, as the gate approved it. */
  readonly sharesOf = new Map<number, number>();
  /** Ends of minutes that execute consumed, in their order. */
  readonly minutes: number[] = [];

  constructor(root: string, run: string) {
    this.#root = root;
    this.#run = run;
  }

  /** Reads what is new. */
  read(): void {
    const reader = this.#open("journal");
    try {
      for (const { sequence, part, at, payload } of reader.entries(this.#run, this.#next)) {
        this.#next = sequence + 1;
        const text = String(payload);
        if (part === "note" && text.startsWith("life "))
          this.#note(JSON.parse(text.slice(5)) as NoteText, at);
        else if (part === "command") this.#command(text);
        else if (part === "input" && text.includes('"BarsClosed"')) this.#minute(text);
      }
    } finally {
      reader.close();
    }
  }

  /** The first broken place of each journal; empty when all chains hold. */
  verify(): string[] {
    return ["journal", "compute", "ingest"].flatMap((name) => {
      const reader = this.#open(name);
      try {
        const { brokenAt } = reader.verify();
        return brokenAt === null ? [] : [`${name}.db: broken at ${brokenAt}`];
      } finally {
        reader.close();
      }
    });
  }

  #open(name: string): JournalReader {
    return new JournalReader(join(this.#root, "db", `${name}.db`));
  }

  #note({ number, clientId }: NoteText, at: number): void {
    if (!this.intents.has(clientId)) this.intents.set(clientId, at);
    const ids = this.idsOf.get(number) ?? new Set();
    this.idsOf.set(number, ids.add(clientId));
  }

  #command(text: string): void {
    const command = JSON.parse(text) as {
      readonly kind: string;
      readonly number: number;
      readonly shares: number;
    };
    if (command.kind === "PlaceOrder") this.sharesOf.set(command.number, command.shares);
  }

  #minute(text: string): void {
    const at = /"at":(\d+)/.exec(text)?.[1];
    if (at !== undefined) this.minutes.push(Number(at));
  }
}
