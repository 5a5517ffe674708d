/**
 * One life of the compute process, as `compute-process.ts` wires it: bars from ingest, the account from execute,
 * decisions once what they rest on is durable, each under its number.
 */
import type { BarsClosed } from "../../src/domain/events.ts";
import type { InstrumentTable } from "../../src/domain/instrument.ts";
import type { EpochMicros } from "../../src/domain/time.ts";
import type { ComputeInput, LiveCompute } from "../../src/engine/live-compute.ts";
import {
  computeInputText,
  decisionText,
  parseComputeInput,
  parseFeedback,
} from "../../src/engine/stage-text.ts";
import type { LifeClock } from "./life-clock.ts";
import type { LiveStormJournal } from "./live-journal.ts";

export interface ComputeParts {
  readonly clock: LifeClock;
  readonly journal: LiveStormJournal;
  readonly instruments: InstrumentTable;
  readonly live: LiveCompute;
  exchangeNow(): EpochMicros;
  at(point: "before the append" | "after the append" | "before sending"): void;
  threw(error: unknown): void;
  decided(sequence: number, text: string): void;
}

export class ComputeLife {
  readonly #parts: ComputeParts;
  readonly #decided: string[] = [];
  #ready = 0;
  #sent = 0;
  nextMarket = 0;
  nextFeedback = 0;

  constructor(parts: ComputeParts) {
    this.#parts = parts;
  }

  get live(): LiveCompute {
    return this.#parts.live;
  }

  start(): void {
    const { journal, instruments, clock } = this.#parts;
    journal.open(clock);
    for (const text of journal.inputs) this.#step(parseComputeInput(text, instruments));
    this.#ready = this.#decided.length;
  }

  market(sequence: number, event: BarsClosed): void {
    if (sequence >= this.nextMarket) this.#consume({ kind: "market", sequence, event });
  }

  feedback(sequence: number, text: string): void {
    if (sequence !== this.nextFeedback) return;
    this.#consume({ kind: "feedback", sequence, feedback: parseFeedback(text) });
  }

  /** Execute has come up, and wants decisions from that number on. */
  linked(from: number): void {
    this.#sent = from;
    this.#guarded(() => this.#send());
  }

  #consume(input: ComputeInput): void {
    const { clock } = this.#parts;
    if (clock.isDead) return;
    this.#guarded(() => this.#take(input));
  }

  #take(input: ComputeInput): void {
    const { journal, at, exchangeNow } = this.#parts;
    at("before the append");
    const payload = computeInputText(input);
    const ticket = journal.write([{ kind: "entry", part: "input", at: exchangeNow(), payload }]);
    at("after the append");
    const before = this.#decided.length;
    this.#step(input);
    const ready = this.#decided.length;
    if (ready === before) return;
    journal.whenWritten(ticket, () =>
      this.#guarded(() => {
        this.#ready = Math.max(this.#ready, ready);
        this.#send();
      }),
    );
  }

  #step(input: ComputeInput): void {
    if (input.kind === "market") this.nextMarket = input.sequence + 1;
    else this.nextFeedback = input.sequence + 1;
    const { live } = this.#parts;
    live.step(input);
    for (const decision of live.decisions.splice(0)) this.#decided.push(decisionText(decision));
  }

  #send(): void {
    const { at, decided } = this.#parts;
    while (this.#sent < this.#ready) {
      at("before sending");
      const sequence = this.#sent;
      this.#sent += 1;
      decided(sequence, this.#decided[sequence] ?? "");
    }
  }

  #guarded(act: () => void): void {
    if (this.#parts.clock.isDead) return;
    try {
      act();
    } catch (error) {
      this.#parts.threw(error);
    }
  }
}
